// Package gosdk tests graphemu with the Graph core SDK for Go: its adapter,
// authentication, middleware, page iterator, batches and error types.
package gosdk

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	khttp "github.com/microsoft/kiota-http-go"
	jsonserialization "github.com/microsoft/kiota-serialization-json-go"
	textserialization "github.com/microsoft/kiota-serialization-text-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go-core/authentication"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
	"github.com/stretchr/testify/require"
)

// What the constructor of the typed SDK registers.
func init() {
	abs.RegisterDefaultSerializer(func() serialization.SerializationWriterFactory {
		return jsonserialization.NewJsonSerializationWriterFactory()
	})
	abs.RegisterDefaultDeserializer(func() serialization.ParseNodeFactory { return jsonserialization.NewJsonParseNodeFactory() })
	abs.RegisterDefaultDeserializer(func() serialization.ParseNodeFactory { return textserialization.NewTextParseNodeFactory() })
	for _, key := range []string{core.BatchRequestErrorRegistryKey, core.PageIteratorErrorRegistryKey} {
		if err := core.RegisterError(key, mappings); err != nil {
			panic(err)
		}
	}
}

var mappings = abs.ErrorMappings{
	"4XX": odataerrors.CreateODataErrorFromDiscriminatorValue,
	"5XX": odataerrors.CreateODataErrorFromDiscriminatorValue,
}

// The templates of the typed SDK.
const (
	collection = "{+baseurl}/education/synchronizationProfiles{?%24count,%24expand,%24filter,%24orderby,%24search,%24select,%24skip,%24top}"
	byID       = "{+baseurl}/education/synchronizationProfiles/{educationSynchronizationProfile%2Did}"
	one        = byID + "{?%24expand,%24select}"
	total      = "{+baseurl}/education/synchronizationProfiles/$count{?%24filter,%24search}"
)

// query is the typed SDK's query parameters.
type query struct {
	Count   *bool    `uriparametername:"%24count"`
	Filter  *string  `uriparametername:"%24filter"`
	Orderby []string `uriparametername:"%24orderby"`
	Select  []string `uriparametername:"%24select"`
	Top     *int32   `uriparametername:"%24top"`
}

// client is an adapter as the SDK's constructor makes it, but for the transport
// at its end.
type client struct {
	t *testing.T
	*core.GraphRequestAdapterBase
	wire *wire
}

// wire is the last transport: it sees what goes out and what comes in.
type wire struct {
	next    http.RoundTripper
	request *http.Request  // the last one
	answer  *http.Response // to it
	sent    int
}

func (w *wire) RoundTrip(r *http.Request) (a *http.Response, err error) {
	w.sent++
	w.request = r
	w.answer, err = w.next.RoundTrip(r)
	return w.answer, err
}

// token is a static credential.
type token string

func (t token) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(t), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// connect returns a client of the server at origin. It sends its token to hosts
// only, or to 127.0.0.1 and localhost.
func connect(t *testing.T, origin, bearer string, transport http.RoundTripper, hosts ...string) *client {
	t.Helper()
	if hosts == nil {
		hosts = []string{"127.0.0.1", "localhost"}
	}
	auth, err := authentication.NewAzureIdentityAuthenticationProviderWithScopesAndValidHosts(
		token(bearer), []string{"https://graph.microsoft.com/.default"}, hosts)
	require.NoError(t, err)
	options := core.GraphClientOptions{GraphServiceVersion: "beta", GraphServiceLibraryVersion: "0.120.0"}
	w := &wire{next: transport}
	c := core.GetDefaultClient(&options)
	c.Transport = khttp.NewCustomTransportWithParentTransport(w, core.GetDefaultMiddlewaresWithOptions(&options)...)
	a, err := core.NewGraphRequestAdapterBaseWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(auth, options, nil, nil, c)
	require.NoError(t, err)
	a.SetBaseUrl(origin + "/beta")
	return &client{t, a, w}
}

func request(method abs.HttpMethod, template, id string) *abs.RequestInformation {
	r := abs.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(method, template,
		map[string]string{"educationSynchronizationProfile%2Did": id})
	r.Headers.TryAdd("Accept", "application/json")
	return r
}

func (c *client) creation(name string) *abs.RequestInformation {
	c.t.Helper()
	p := &profile{displayName: &name, dataProvider: &typed{odataType: new("#microsoft.graph.educationCsvDataProvider")},
		identity: &typed{odataType: new("#microsoft.graph.educationIdentityCreationConfiguration"), domains: []serialization.Parsable{
			&domain{new("student"), new("contoso.edu")}, &domain{new("teacher"), new("contoso.edu")}}}}
	r := request(abs.POST, collection, "")
	require.NoError(c.t, r.SetContentFromParsable(c.t.Context(), c, "application/json", p))
	return r
}

func (c *client) create(name string) *profile {
	c.t.Helper()
	p, err := c.Send(c.t.Context(), c.creation(name), newProfile, mappings)
	require.NoError(c.t, err)
	return p.(*profile)
}

func (c *client) get(id string) (*profile, error) {
	p, err := c.Send(c.t.Context(), request(abs.GET, one, id), newProfile, mappings)
	if err != nil {
		return nil, err
	}
	return p.(*profile), nil
}

func (c *client) list(q query) *page[*profile] {
	c.t.Helper()
	r := request(abs.GET, collection, "")
	r.AddQueryParameters(q)
	p, err := c.Send(c.t.Context(), r, newPage[*profile](newProfile), mappings)
	require.NoError(c.t, err)
	return p.(*page[*profile])
}

func names(list []*profile) (names []string) {
	for _, p := range list {
		names = append(names, *p.displayName)
	}
	return names
}
