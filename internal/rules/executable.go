package rules

import "os"

// executable is the path of this program; "" where the system does not know it, and
// starting that fails.
func executable() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	return path
}
