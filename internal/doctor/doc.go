// Package doctor examines a running deployment from outside, as a browser and an
// app meet it, and says what to mend. Examine is all that there is to call.
//
// It asks first and judges then: gather (gather.go) makes every request there is to
// make, and the checks (checks.go) are pure functions of what came back. Nothing is
// changed at the deployment: nobody is signed in or out, and what is sent holds no
// secret. No other host than that of the address is asked, no redirect is followed,
// and no proxy of the environment is used.
package doctor
