package authorize

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/internal/tracing"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// issue records that the app takes part, mints what was asked for and answers.
// In the steady state the session held it all before, and nothing is written.
func (s *Service) issue(ctx context.Context, q *request, b Browser, done progress, f found, skipConsent bool) Outcome {
	if err := s.shut(); err != nil {
		return s.refuse(q, err)
	}
	done, stopped := s.abide(ctx, q, b, done, f)
	if stopped != nil {
		return *stopped
	}
	if !f.Session.TookPart || !f.held.Covers(q.needs) || s.unrecorded(q, done.ruling, f.Session) {
		kept, err := s.takePart(ctx, q, f.Session, done.ruling, skipConsent)
		if ended := session.Absence(""); errors.As(err, &ended) {
			return s.decide(ctx, q, b, done) // over since it was found: say how
		}
		if err != nil {
			return s.refuse(q, silent.Unavailable(err))
		}
		if !kept && q.prompt.None() {
			return s.refuse(q, silent.ConsentRequired.Err())
		}
		if !kept {
			return s.ask(ctx, q, b, f.Session, done, Ask{Step: silent.StepConsent})
		}
	}
	if f.switched || (done.SignedIn || done.Chosen) && b.shares(f.picked) {
		// The app gets this account from now on, and not another of the browser's.
		err := s.Sessions.Choose(ctx, f.Session.Key, q.client.ID, b.besides(f.picked)...)
		if ended := session.Absence(""); errors.As(err, &ended) {
			return s.decide(ctx, q, b, done)
		}
		if err != nil {
			return s.refuse(q, silent.Unavailable(err))
		}
	}
	if q.came.From != nil {
		return s.admit(ctx, q, done, f)
	}
	if err := s.useUp(ctx, q); err != nil {
		return s.refuse(q, err)
	}
	f.Session.ACR = s.ACR.Told(f.ACR, q.acr.Values)
	q.topLevel = b.TopLevel
	_, span := tracing.Stage(ctx, "mint")
	params, err := s.mint(q, f.Session, f.now)
	span.End()
	if err != nil {
		return s.refuse(q, signingError(err))
	}
	out := s.answer(q, q.tellAccess(b, params), nil)
	if out.Answer != nil {
		out.Answer.Ticket = s.ticketBeside(q, b, f)
	}
	out.SID, out.UserID = f.Session.SID, f.Session.UserID
	return out
}

// takePart makes the session hold what the app is granted, and tells whether
// it may keep it. Consent may be revoked at the same moment: revoking deletes
// the consent first and the session's copy second, so reading the consent again
// after writing the copy leaves no order in which the app keeps what was
// revoked.
func (s *Service) takePart(ctx context.Context, q *request, current *session.Session, r *ruling, skipConsent bool) (kept bool, err error) {
	ctx, span := tracing.Stage(ctx, "take part")
	defer span.End()
	if err := s.Sessions.Pass(ctx, current.Key, q.client.ID, q.needs, s.passing(r)); err != nil {
		return false, err
	}
	if skipConsent {
		return true, nil
	}
	remembered, err := s.Consents.Remembered(ctx, current.UserID, q.client.ID)
	if err != nil || remembered.Covers(q.needs) {
		return err == nil, err
	}
	return false, s.Sessions.Withdraw(ctx, current.Key, q.client.ID)
}

// mint makes the parameters of a successful answer.
func (s *Service) mint(q *request, current *session.Session, now time.Time) ([]oauth.Param, error) {
	grant := q.grant(current, now)
	if q.client.Pairwise() {
		grant.Sub = s.Tokens.Subject(q.client, current.UserID)
	}
	params := make([]oauth.Param, 0, 8)
	user := s.user(current)
	var code, access string
	if q.types.Has(oauth.ResponseCode) {
		code = s.Tokens.SealCode(grant)
		params = append(params, oauth.Param{Name: "code", Value: code})
	}
	if q.types.Has(oauth.ResponseToken) {
		var life time.Duration
		var err error
		if access, life, err = s.Tokens.AccessToken(grant, q.api(), user, now, true); err != nil {
			return nil, err
		}
		params = append(params,
			oauth.Param{Name: "access_token", Value: access},
			oauth.Param{Name: "token_type", Value: token.Bearer},
			oauth.Param{Name: "expires_in", Value: strconv.Itoa(int(life.Seconds()))},
			oauth.Param{Name: "scope", Value: grant.AccessScope(q.api())})
	}
	if q.types.Has(oauth.ResponseIDToken) {
		id, err := s.Tokens.IDToken(q.client, grant, user, now, access, code)
		if err != nil {
			return nil, err
		}
		params = append(params, oauth.Param{Name: "id_token", Value: id})
	}
	return s.close(q, params), nil
}

// place is where a code goes, and must come back from.
func (q *request) place() string {
	if q.origin != "" {
		return token.ForOrigin(q.origin)
	}
	return q.redirect.String()
}

// grant is what was decided, as codes and tokens carry it.
func (q *request) grant(current *session.Session, now time.Time) token.Grant {
	return token.Grant{
		Key: current.Key, JTI: token.NewJTI(), ClientID: q.client.ID, RedirectURI: q.place(),
		Scopes: q.scopes, Needs: q.needs, Nonce: q.nonce, Challenge: q.challenge, JKT: q.jkt,
		Claims: q.wishes.named.String(),
		SID:    current.SID, UserID: current.UserID, ACR: current.ACR, AMR: current.AMR,
		AuthTime: current.AuthTime, IssuedAt: now, TopLevel: q.topLevel, Effects: q.effects,
	}
}

func (s *Service) user(current *session.Session) token.User {
	u, _ := s.holderOf(current)
	return tokenUser(u)
}

// close adds what every answer ends with: state byte for byte, what the app needs
// to watch the session, and the issuer against mix-up (RFC 9207).
func (s *Service) close(q *request, params []oauth.Param) []oauth.Param {
	if q.state != "" {
		params = append(params, oauth.Param{Name: "state", Value: q.state})
	}
	params = q.sessionState(params)
	return append(params, oauth.Param{Name: "iss", Value: s.Issuer})
}

// errorParams are the parameters of a refusal: nothing but what the field
// defines, and the page that explains the reason.
func (s *Service) errorParams(q *request, err *oauth.Error) []oauth.Param {
	params := append(make([]oauth.Param, 0, 6),
		oauth.Param{Name: "error", Value: err.Code},
		oauth.Param{Name: "error_description", Value: err.Description})
	if err.Reason != "" {
		params = append(params, oauth.Param{Name: "error_uri", Value: s.pages + "errors/" + err.Reason})
	}
	return s.close(q, params)
}
