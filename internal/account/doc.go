// Package account is what people do about their own account: see in which
// browsers they are signed in, sign out there, and change their password.
//
// [Service.Visitors] says whose live sessions a browser holds; everything else is
// done as one of them. A form is sealed for the browser and the session that it
// was shown in, and [Service.Open] takes it back from there only. The package
// knows no HTTP.
package account
