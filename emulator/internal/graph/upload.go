package graph

import (
	"net"
	"net/http"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// uploadURL answers where to put the files: a container SAS, good for an hour.
// Documented: only for CSV profiles; 409 while a request of the profile is
// processed, which is while its sync extracts or validates (inferred). 200 is the
// page's text, 201 its example's status line, variant uploadUrlStatus.
func (s *Handler) uploadURL(c *call) (engine.Reply, error) {
	if err := c.noOptions(profile.Type); err != nil {
		return engine.Reply{}, err
	}
	r, err := c.world.Profiles.Allow(c.Now, c.Subject, profile.CallUploadURL)
	if err != nil {
		return engine.Reply{}, err
	}
	if r.Sync.Status == profile.Extracting || r.Sync.Status == profile.Validating {
		return engine.Reply{}, apierror.Processing().Help("illegalState", "",
			"the sync's status is %s; ask again when it is inProgress or over", r.Sync.Status)
	}
	dst := c.room(1024)
	if c.format.level == none {
		dst = append(dst, `{"value":`...)
	} else {
		dst = append(c.context(dst, "String"), `,"value":`...)
	}
	dst = append(jsontree.Append(dst, c.world.Blobs.UploadURL(c.storage(), r.ID, c.Now)), '}')
	status := http.StatusOK
	if c.Scenario.Variants.Is("uploadUrlStatus", "201") {
		status = http.StatusCreated
	}
	return engine.Reply{Status: status, Media: c.format.media(), Body: dst}, nil
}

// storage is where this server's storage account is, as the client reaches it. A
// name of this machine becomes its address: AzCopy and the Azure SDKs know the
// path style only where the host is an IP address (seen in their code). Who asks
// for the service by its own name gets the account's own name too.
func (c *call) storage() string {
	if c.ByName {
		return c.Scheme + storage.Host
	}
	host, port, err := net.SplitHostPort(c.Host)
	if err != nil {
		host, port = c.Host, ""
	}
	if c.Scheme == "" || !strings.EqualFold(host, "localhost") && !strings.HasSuffix(strings.ToLower(host), ".localhost") {
		return c.Scheme + c.Host // a public URL is as it is
	}
	if port == "" {
		return c.Scheme + "127.0.0.1"
	}
	return c.Scheme + net.JoinHostPort("127.0.0.1", port)
}
