package seal

// KeyBox returns a box whose key is derived from one secret of 32 random bytes,
// which somebody else holds: without it not even this server opens what it
// sealed. A box is cheap enough for one value.
func KeyBox(purpose string, key []byte) *Box {
	return &Box{
		prefix:  appendField(nil, purpose),
		ciphers: []boxCipher{newCipher(keyID{}, derive(key, infoBox+purpose, 32))},
	}
}
