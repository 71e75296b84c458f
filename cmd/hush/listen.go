package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hush-sso/hush/internal/admission"
)

// drain is how long requests in flight may take to finish after a signal.
const drain = 10 * time.Second

// site is one listener and what it serves.
type site struct {
	name     string
	flag     string // the flag or key that moves it
	addr     string
	handler  http.Handler
	tls      *tls.Config     // nil: plain HTTP
	gate     *admission.Gate // refuses on its own what there is no time for; nil: none
	listener net.Listener
}

// listen opens every listener before anything is served, so that a port in use
// ends the start and not half of the program.
func listen(ctx context.Context, sites []*site) error {
	var config net.ListenConfig
	var errs []error
	for _, s := range sites {
		l, err := config.Listen(ctx, "tcp", s.addr)
		switch {
		case errors.Is(err, syscall.EADDRINUSE):
			errs = append(errs, fmt.Errorf("%s cannot listen on %s: something else does already; end that, or move this with %s host:port", s.name, s.addr, s.flag))
		case err != nil:
			errs = append(errs, fmt.Errorf("%s cannot listen on %s (%s): %w", s.name, s.addr, s.flag, err))
		default:
			s.listener = l
		}
	}
	if len(errs) > 0 {
		closeAll(sites)
	}
	return errors.Join(errs...)
}

func closeAll(sites []*site) {
	for _, s := range sites {
		if s.listener != nil {
			s.listener.Close()
		}
	}
}

func (s *site) serve(server *http.Server) error {
	switch {
	case s.tls == nil && s.gate != nil:
		server.ConnState = admission.ConnState
		return server.Serve(s.gate.Listener(s.listener))
	case s.tls == nil:
		return server.Serve(s.listener)
	}
	server.TLSConfig = s.tls
	return server.ServeTLS(s.listener, "", "") // its certificate is in the configuration
}

// serve runs every site and work until ctx is done or one of them fails, then
// lets requests in flight finish.
func serve(ctx context.Context, sites []*site, log *slog.Logger, work func(context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return work(ctx) })
	group.Go(func() error {
		<-ctx.Done()
		log.Info("hush stops: what is under way may finish", "within", drain)
		return nil
	})
	for _, s := range sites {
		server := &http.Server{
			Handler:           s.handler,
			ReadHeaderTimeout: 5 * time.Second,
			ReadTimeout:       10 * time.Second,
			WriteTimeout:      15 * time.Second,
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    32 << 10,
			ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		}
		group.Go(func() error {
			if err := s.serve(server); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			return nil
		})
		group.Go(func() error {
			<-ctx.Done()
			late, cancel := context.WithTimeout(context.Background(), drain)
			defer cancel()
			if err := server.Shutdown(late); err != nil {
				server.Close()
				return fmt.Errorf("%s: requests did not finish within %s", s.name, drain)
			}
			return nil
		})
	}
	err := group.Wait()
	log.Info("hush has stopped")
	return err
}
