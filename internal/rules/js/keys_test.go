package js

// A pair of keys of nobody.
const (
	testKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjqUvMSKASLD536H+
/gqoX53KMHJp47v6lrBJV+4+DLWhRANCAATDPuFf5scAnk2hTGtPUdYlC7X/++bk
6aZxT2SOwLxy99UVG1hvU4TFVjnL8UxhZpw6FKtkp/gFfLmxuCrArcXa
-----END PRIVATE KEY-----
`
	testPublic = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEwz7hX+bHAJ5NoUxrT1HWJQu1//vm
5OmmcU9kjsC8cvfVFRtYb1OExVY5y/FMYWacOhSrZKf4BXy5sbgqwK3F2g==
-----END PUBLIC KEY-----
`
)
