package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator"
)

// grace is how long requests in flight may take after a signal.
const grace = 10 * time.Second

func newServe(env environment) *cobra.Command {
	var f serverFlags
	var readyFile string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the API until interrupted",
		Long: `serve answers Microsoft Graph's beta API /education/synchronizationProfiles on
HTTP and HTTPS, and prints a curl command that works when pasted. It needs no
flag and no file.`,
		Args: cobra.NoArgs,
	}
	f.register(c, env, "localhost:9400", "localhost:9443")
	c.Flags().StringVar(&readyFile, "ready-file", "", "`file` that is written once the server answers: JSON with its addresses, token and process id")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := fromEnvironment(c.Flags(), env); err != nil {
			return err
		}
		o, err := f.resolve(env)
		if err != nil {
			return err
		}
		return serve(c.Context(), o, readyFile, env)
	}
	return c
}

// headroom is memory that is never touched, so it costs none; but the garbage
// collector, which runs when the heap has doubled, counts it. Without it a heap
// as small as ours is collected hundreds of times a second under load: a GET is
// a tenth slower then.
const headroom = 16 << 20

func serve(ctx context.Context, o emulator.Options, readyFile string, env environment) error {
	untouched := make([]byte, headroom)
	defer runtime.KeepAlive(untouched)
	if readyFile != "" {
		if err := os.Remove(readyFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cannot remove the old ready file: %w", err)
		}
	}
	if o.HTTP == "" && o.HTTPS == "" {
		return errors.New("nothing to listen on: --http and --https are both empty")
	}
	s, err := emulator.New(o)
	if err != nil {
		return trim(err)
	}
	defer s.Close()
	r, err := newReady(s)
	if err != nil {
		return failure{trim(err)}
	}
	if readyFile != "" {
		if err := r.write(readyFile); err != nil {
			return fmt.Errorf("cannot write the ready file: %w", err)
		}
		defer os.Remove(readyFile) // what it says is no longer so
	}
	r.banner(env.out, o.Control != emulator.ControlOff, o.Seed)

	<-ctx.Done()
	fmt.Fprintln(env.out, "stopping: requests in flight may end")
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := s.Shutdown(limited); err != nil {
		return failure{fmt.Errorf("stopped before all requests had ended: %w", err)}
	}
	return nil
}

// trim drops the package's name from an error that a person reads.
func trim(err error) error { return errors.New(strings.TrimPrefix(err.Error(), "emulator: ")) }

// ready is what a client needs to know of a running server.
type ready struct {
	HTTP         string `json:"http,omitempty"`  // origin
	HTTPS        string `json:"https,omitempty"` // origin
	CA           string `json:"ca,omitempty"`    // file; absent where the CA is kept in memory
	Control      string `json:"control,omitempty"`
	Tenant       string `json:"tenant"`
	Token        string `json:"token"`
	ClientID     string `json:"clientId,omitempty"`
	ClientSecret string `json:"clientSecret,omitempty"`
	PID          int    `json:"pid"`
}

func newReady(s *emulator.Server) (ready, error) {
	w, err := s.World(emulator.DefaultWorld)
	if err != nil {
		return ready{}, err
	}
	token, err := w.Token(emulator.TokenOptions{})
	if err != nil {
		return ready{}, err
	}
	r := ready{HTTP: s.Origin("http"), HTTPS: s.Origin("https"), Tenant: w.Tenant(), Token: token, PID: os.Getpid()}
	r.ClientID, r.ClientSecret = s.App()
	if r.HTTPS != "" {
		if _, r.CA, err = s.CA(); err != nil {
			return ready{}, err
		}
	}
	return r, nil
}

// write puts the file in place whole, so that whoever waits for it never reads half.
func (r ready) write(file string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".graphemu-ready-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails where it was renamed, as it should
	if _, err := tmp.Write(append(b, '\n')); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), file)
}

const collectionPath = "/beta/education/synchronizationProfiles"

func (r ready) banner(out io.Writer, control bool, seed uint64) {
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(out, "  %-8s %s\n", name, value)
		}
	}
	fmt.Fprintf(out, "graphemu %s: Microsoft Graph for School Data Sync, in memory\n\n", version())
	origin := r.HTTP
	if r.HTTP != "" {
		line("HTTP", r.HTTP+"/beta")
	}
	if r.HTTPS != "" {
		line("HTTPS", r.HTTPS+"/beta")
		if line("CA", r.CA); r.CA == "" {
			line("CA", "in memory; GET /_graphemu/ca.pem returns it")
		}
	}
	if origin == "" {
		origin = r.HTTPS
	}
	if control {
		line("Control", origin+"/_graphemu/")
	}
	line("Tenant", r.Tenant)
	line("Seed", fmt.Sprint(seed))
	fmt.Fprintf(out, "\nTry it:\n\n  TOKEN=%s\n  curl %s-H \"Authorization: Bearer $TOKEN\" %s\n\n", r.Token, r.curlCA(origin), origin+collectionPath)
}

// curlCA is what curl needs to trust an https origin.
func (r ready) curlCA(origin string) string {
	switch {
	case !strings.HasPrefix(origin, "https://"):
		return ""
	case r.CA == "":
		return "--insecure "
	}
	return "--cacert '" + strings.ReplaceAll(r.CA, "'", `'\''`) + "' "
}
