// Package rules runs operators' rules: functions of user, context and callback, as
// Auth0 had them, at every authentication. They run in child processes of this
// program, which hold nothing but the rules and can be killed.
package rules
