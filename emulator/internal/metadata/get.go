package metadata

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/permission"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// FileSums is the name of the file that has the hashes of the others, as sha256sum
// writes and checks it.
const FileSums = "SHA256SUMS"

// maxDocument is how large a download may be, in bytes: more than what is read of any.
const maxDocument = 64 << 20

// Source says where documents are downloaded from.
type Source struct {
	Graph       string       // the address of Graph, without a version
	Permissions string       // the address of the table of permissions; "": it is left out
	Client      *http.Client // nil: one that obeys HTTPS_PROXY
}

// File is a file that Get wrote.
type File struct {
	Name string
	Size int64
	What string // is in it, in words
}

// Get downloads the metadata of each version and the table of permissions into a folder,
// which it makes where it is not there. Each is read as a server would read it before
// anything is written; then all are written, or none.
func Get(ctx context.Context, dir string, from Source) ([]File, error) {
	graph, err := address(from.Graph)
	if err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	documents := []document{
		{name: FileV1, mark: "Edmx", url: graph + "/" + workload.V1.String() + "/$metadata", check: checkCSDL},
		{name: FileBeta, mark: "Edmx", url: graph + "/" + workload.Beta.String() + "/$metadata", check: checkCSDL},
	}
	if from.Permissions != "" {
		table, err := address(from.Permissions)
		if err != nil {
			return nil, fmt.Errorf("permissions: %w", err)
		}
		documents = append(documents, document{name: FilePermissions, mark: `"permissions"`, url: table, check: checkTable})
	}
	if from.Client == nil {
		// Documented: http.DefaultTransport obeys HTTPS_PROXY and NO_PROXY.
		from.Client = &http.Client{Timeout: 10 * time.Minute}
	}
	var sums bytes.Buffer
	for i := range documents {
		d := &documents[i]
		if err := d.get(ctx, from.Client); err != nil {
			return nil, err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(d.text), d.name)
	}
	documents = append(documents, document{name: FileSums, mark: FileV1, text: sums.Bytes(), what: "their hashes, for sha256sum -c"})
	if err := writeAll(dir, documents); err != nil {
		return nil, fmt.Errorf("metadata: %w", plain(err))
	}
	var list []File
	for _, d := range documents {
		list = append(list, File{Name: d.name, Size: int64(len(d.text)), What: d.what})
	}
	return list, nil
}

// address checks an address, and returns it without a slash at its end.
func address(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return "", fmt.Errorf("%s is no address to download from: want one like https://graph.microsoft.com", words.Quote(text))
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", fmt.Errorf("the address on %s has a user, a query or a fragment; want one like https://graph.microsoft.com", u.Host)
	}
	return strings.TrimRight(text, "/"), nil
}

// document is one that is downloaded.
type document struct {
	name, url string
	mark      string // what an earlier one begins with, among others: nothing else is replaced
	check     func(text []byte, name string) (what string, err error)
	text      []byte
	what      string
}

func (d *document) get(ctx context.Context, client *http.Client) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url, nil)
	if err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	a, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("metadata: %s cannot be downloaded: %w", d.url, reason(err))
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return fmt.Errorf("metadata: %s cannot be downloaded: it is answered %s", d.url, a.Status)
	}
	text, err := io.ReadAll(io.LimitReader(a.Body, maxDocument+1))
	switch {
	case err != nil:
		return fmt.Errorf("metadata: %s cannot be downloaded: the answer broke off: %w", d.url, reason(err))
	case len(text) > maxDocument:
		return fmt.Errorf("metadata: %s has more than %d MB", d.url, maxDocument>>20)
	}
	d.text = text
	if d.what, err = d.check(text, d.url); err != nil {
		return err
	}
	return nil
}

// reason leaves out of a client's error what was asked.
func reason(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

func checkCSDL(text []byte, name string) (string, error) {
	m, err := odata.ReadCSDL(bytes.NewReader(text), name)
	if err != nil {
		return "", fmt.Errorf("metadata: %w", err)
	}
	if len(m.EntitySets)+len(m.Singletons) == 0 {
		return "", fmt.Errorf("metadata: %s has no entity set and no singleton", name)
	}
	return fmt.Sprintf("%s, %s", words.Count(len(m.Types), "type", "types"),
		words.Count(len(m.EntitySets)+len(m.Singletons), "root", "roots")), nil
}

func checkTable(text []byte, name string) (string, error) {
	t, err := permission.Read(text, name)
	if err != nil {
		return "", err
	}
	permissions, paths := t.Size()
	return fmt.Sprintf("%s, %s", words.Count(permissions, "permission", "permissions"), words.Count(paths, "path", "paths")), nil
}

// writeAll writes documents into a folder: beside those that are there first, so that
// what can go wrong has gone wrong before any is replaced.
func writeAll(dir string, documents []document) error {
	_, missing := os.Stat(dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var staged []string
	undo := func(err error) error {
		for _, name := range staged {
			os.Remove(name)
		}
		if errors.Is(missing, fs.ErrNotExist) {
			os.Remove(dir) // which fails where something is in it
		}
		return err
	}
	for _, d := range documents {
		target := filepath.Join(dir, d.name)
		err := files.CheckRegular(target)
		if err == nil {
			if err = (files.Kind{Name: d.name + " of metadata get", Marks: []string{"", d.mark}}).Check(target); err != nil {
				err = fmt.Errorf("%s: %w", target, plain(err))
			}
		}
		if err == nil {
			var name string
			name, err = files.Stage(target, 0o644, func(f *os.File) error { _, err := f.Write(d.text); return err })
			if err == nil {
				staged = append(staged, name)
			}
		}
		if err != nil {
			return undo(err)
		}
	}
	for i, d := range documents {
		if err := os.Rename(staged[i], filepath.Join(dir, d.name)); err != nil {
			return undo(err)
		}
	}
	files.SyncFolder(dir)
	return nil
}
