// Package metadata reads the documents that describe Graph, as the service publishes
// them: its metadata (CSDL) of each version.
package metadata

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// The names of the files in a folder of metadata.
const (
	FileV1          = "v1.0.csdl"
	FileBeta        = "beta.csdl"
	FilePermissions = "permissions.json"
)

// Documents are what was read.
type Documents struct {
	Models      map[workload.Version]*odata.Model
	Permissions string // the file of permissions of a folder; "" for none
}

// Load reads documents: files, "VERSION=FILE" or folders. A version that none of them
// is of has the other's model. It errs with everything that is wrong, each with its file
// and line.
func Load(sources []string) (Documents, error) {
	d := Documents{Models: map[workload.Version]*odata.Model{}}
	var errs []error
	for _, source := range sources {
		if err := d.add(source); err != nil {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return Documents{}, err
	}
	v1, beta := d.Models[workload.V1], d.Models[workload.Beta]
	switch {
	case v1 == nil && beta != nil:
		d.Models[workload.V1] = beta
	case beta == nil && v1 != nil:
		d.Models[workload.Beta] = v1
	}
	return d, nil
}

func (d *Documents) add(source string) error {
	version, file := workload.V1, source
	if name, rest, ok := strings.Cut(source, "="); ok {
		if v := workload.ParseVersion(name); v != 0 {
			version, file = v, rest
		}
	}
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("metadata: %w", plain(err))
	}
	if !info.IsDir() {
		return d.read(version, file)
	}
	if file != source {
		return fmt.Errorf("metadata: %s is a folder, which has both versions; leave %q out", file, version.String()+"=")
	}
	return d.folder(file)
}

// folder reads a folder of metadata, of which it must have one version at least.
func (d *Documents) folder(dir string) error {
	found := false
	for name, version := range map[string]workload.Version{FileV1: workload.V1, FileBeta: workload.Beta} {
		file := filepath.Join(dir, name)
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := d.read(version, file); err != nil {
			return err
		}
		found = true
	}
	if !found {
		return fmt.Errorf("metadata: %s has neither %s nor %s; graphemu metadata get %s writes both", dir, FileV1, FileBeta, dir)
	}
	if file := filepath.Join(dir, FilePermissions); exists(file) {
		d.Permissions = file
	}
	return nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func (d *Documents) read(version workload.Version, file string) error {
	if d.Models[version] != nil {
		return fmt.Errorf("metadata: %s is a second document of %s", file, version)
	}
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("metadata: %w", plain(err))
	}
	defer f.Close()
	m, err := odata.ReadCSDL(f, file)
	if err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	d.Models[version] = m
	return nil
}

// plain leaves out of a file's error what was tried.
func plain(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Errorf("%s: %w", path.Path, path.Err)
	}
	return err
}
