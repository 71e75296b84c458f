package config

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

var errDuration = errors.New("must be a duration with a unit, such as 90s, 15m, 10h, 7d or 1d12h")

// parseDuration reads a Go duration that may begin with a number of days.
func parseDuration(text string) (time.Duration, error) {
	unsigned, negative := strings.CutPrefix(text, "-")
	days, rest, found := strings.Cut(unsigned, "d")
	if !found {
		d, err := time.ParseDuration(text)
		if err != nil || text == "0" {
			return 0, errDuration
		}
		return d, nil
	}
	n, err := strconv.ParseFloat(days, 64)
	if err != nil || n < 0 || n > 100_000 || strings.ContainsAny(days, "+eExXpP_nN") {
		return 0, errDuration
	}
	total := time.Duration(n * float64(day))
	if rest != "" {
		more, err := time.ParseDuration(rest)
		if err != nil || rest[0] == '-' || rest[0] == '+' {
			return 0, errDuration
		}
		total += more // at most 274 + 292 years: checked for overflow below
	}
	if total < 0 {
		return 0, errDuration
	}
	if negative {
		total = -total
	}
	return total, nil
}

// formatDuration writes a duration as an operator would: 7d, 72h, 90s.
func formatDuration(d time.Duration) string {
	if d >= 3*day && d%day == 0 {
		return strconv.Itoa(int(d/day)) + "d"
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
