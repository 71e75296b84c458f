package demo

type order struct {
	ID     string `json:"id"`
	Item   string `json:"item"`
	Amount string `json:"amount"` // with currency: money is not a float
	Status string `json:"status"`
}

type report struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Period string `json:"period"`
	Rows   int    `json:"rows"`
}

type payout struct {
	Holder string `json:"holder"`
	IBAN   string `json:"iban"`
	Next   string `json:"next"`
}

// The demo data. Everybody sees the same: the demo is about getting the token.
var (
	orders = []order{
		{"A-1042", "Pocket watch", "129.00 EUR", "shipped"},
		{"A-1043", "Tea set, six cups", "84.50 EUR", "packed"},
		{"A-1047", "Hat, size 10/6", "39.00 EUR", "open"},
	}
	account = payout{"White Rabbit Ltd", "DE02 1203 0000 0000 2020 51", "2026-12-01, 252.50 EUR"}
	reports = []report{
		{"R-07", "Orders by region", "2026-10", 48},
		{"R-08", "Returns", "2026-10", 7},
		{"R-09", "Open invoices", "2026-11", 12},
	}
)
