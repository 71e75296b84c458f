package session

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"
)

// What the manager does about marks stands in this file.

// EndClient ends what all users have at one client: sessions count no more for
// it, nor do its codes and tokens. Other clients keep theirs, and no client is
// told by itself. It returns when it holds on every node.
func (m *Manager) EndClient(ctx context.Context, clientID string) error {
	if clientID == "" {
		return errors.New("session: no client whose sessions are to be ended")
	}
	return m.mark(ctx, clientID)
}

// EndEveryone ends every session, and every code and token, of everyone. It
// returns when that holds on every node.
func (m *Manager) EndEveryone(ctx context.Context) error { return m.mark(ctx, "") }

func (m *Manager) mark(ctx context.Context, clientID string) error {
	if m.Marks == nil {
		return errors.New("session: no marks can be set here")
	}
	return m.Marks.Set(ctx, clientID)
}

// Judged is what was seen of a session once the marks are considered: whoever
// reads one beside Resolve asks here. A client that never took part learns that
// there is no session, and not what became of it.
func (m *Manager) Judged(ctx context.Context, clientID string, seen Seen) Seen {
	if seen.Err != nil {
		return seen
	}
	err := m.Marks.Judge(ctx, clientID, seen.Session.AuthTime, seen.Now)
	if errors.Is(err, Revoked) && !seen.Session.TookPart {
		err = Gone
	}
	if err != nil {
		return Seen{Now: seen.Now, Err: err, Known: seen.Known, Used: seen.Used}
	}
	return seen
}

// begun is what Generation returns: the user's generation, and how many marks
// there were.
type begun struct {
	generation string
	turn       int64
}

func (b begun) String() string {
	if b.turn == 0 {
		return b.generation
	}
	return b.generation + " " + strconv.FormatInt(b.turn, 10)
}

func parseBegun(text string) (begun, error) {
	generation, turn, marked := strings.Cut(text, " ")
	if !marked {
		return begun{generation, 0}, nil
	}
	n, err := strconv.ParseInt(turn, 10, 64)
	return begun{generation, n}, err
}

// unmarked refuses a sign-in across which a mark was set, whoever it was for. It
// looks when the session is dated: what is dated before the operator's reply is
// over by its date, and after the reply no node overlooks the mark.
func (m *Manager) unmarked(ctx context.Context, began begun, key Key) error {
	turn, err := m.Marks.turn(ctx)
	if err != nil || turn == began.turn {
		return err
	}
	if _, err := m.End(ctx, key, Revoked); err != nil {
		return err
	}
	return Revoked
}

// over tells whether the mark of everyone is upon a session.
func (m *Manager) over(ctx context.Context, s *Session, now time.Time) (bool, error) {
	err := m.Marks.Judge(ctx, "", s.AuthTime, now)
	if errors.Is(err, Revoked) {
		return true, nil
	}
	return false, err
}
