package admin

// deliveryView is what waits for one app.
type deliveryView struct {
	Client   string `json:"client"`
	Name     string `json:"name"`
	Waiting  int    `json:"waiting"`   // messages
	Out      int    `json:"under_way"` // that are being sent
	Next     string `json:"next_try,omitempty"`
	Failures int    `json:"failures"` // in a row; 0 while it answers
	Since    string `json:"failing_since,omitempty"`
	Error    string `json:"last_error,omitempty"`
}

func (a *API) listDeliveries(c *call) (any, error) {
	limit, err := c.limit()
	if err != nil {
		return nil, err
	}
	pending, err := a.Deliveries.Pending(c.ctx(), limit)
	if err != nil {
		return nil, err
	}
	page := list[deliveryView]{Items: []deliveryView{}}
	for _, p := range pending {
		page.Items = append(page.Items, deliveryView{
			Client: p.ClientID, Name: a.name(c, p.ClientID), Waiting: p.Waiting, Out: p.Out, Next: stamp(p.Next),
			Failures: p.Failures, Since: stamp(p.Since), Error: p.Error,
		})
	}
	return page, nil
}
