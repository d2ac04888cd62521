// A client of Microsoft Graph that has never heard of an emulator. Its argument is
// a folder with the files to upload.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/url"
	"os"
	"path/filepath"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	abs "github.com/microsoft/kiota-abstractions-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go-core/authentication"
)

const profile = `{"displayName": "Go", "dataProvider": {"@odata.type": "#microsoft.graph.educationCsvDataProvider"},
	"identitySynchronizationConfiguration": {"@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
		"userDomains": [{"appliesTo": "student", "name": "contoso.edu"}, {"appliesTo": "teacher", "name": "contoso.edu"}]}}`

func main() {
	ctx := context.Background()
	secret := must(azidentity.NewClientSecretCredential(os.Getenv("AZURE_TENANT_ID"), os.Getenv("AZURE_CLIENT_ID"), os.Getenv("AZURE_CLIENT_SECRET"), nil))
	nightly := connect(secret, "https://graph.microsoft.com/.default")
	ora := connect(must(azidentity.NewUsernamePasswordCredential(os.Getenv("AZURE_TENANT_ID"), os.Getenv("AZURE_CLIENT_ID"), //nolint:staticcheck // deprecated, and there
		"ora.klein@contoso.edu", "secret", nil)), "https://graph.microsoft.com/EduAdministration.ReadWrite")

	var list struct {
		Value []struct{ ID, DisplayName string }
	}
	nightly.call(ctx, abs.GET, "", "", &list)
	fmt.Println("listed", len(list.Value))

	var made struct{ DisplayName, State string }
	ora.call(ctx, abs.POST, "", profile, &made)
	fmt.Printf("created %s, %s\n", made.DisplayName, made.State)

	first := "/" + list.Value[0].ID
	var upload struct{ Value string }
	nightly.call(ctx, abs.GET, first+"/uploadUrl", "", &upload)
	at := must(url.Parse(upload.Value))
	fmt.Println("upload to", at.Scheme+"://"+at.Host)
	blobs := must(container.NewClientWithNoCredential(upload.Value, nil))
	for _, name := range must(filepath.Glob(filepath.Join(os.Args[1], "*.csv"))) {
		must(blobs.NewBlockBlobClient(filepath.Base(name)).UploadBuffer(ctx, must(os.ReadFile(name)), nil))
	}
	var messages struct {
		Value []struct{ Type, Description string }
	}
	nightly.call(ctx, abs.POST, first+"/start", "", &messages)
	fmt.Println("started, messages:", len(messages.Value))
}

type client struct{ *core.GraphRequestAdapterBase }

func connect(cred azcore.TokenCredential, scope string) client {
	auth := must(authentication.NewAzureIdentityAuthenticationProviderWithScopes(cred, []string{scope}))
	adapter := must(core.NewGraphRequestAdapterBase(auth, core.GraphClientOptions{GraphServiceVersion: "beta"}))
	adapter.SetBaseUrl("https://graph.microsoft.com/beta")
	return client{adapter}
}

func (c client) call(ctx context.Context, method abs.HttpMethod, path, body string, into any) {
	r := abs.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(method, "{+baseurl}/education/synchronizationProfiles"+path, map[string]string{})
	if body != "" {
		r.SetStreamContentAndContentType([]byte(body), "application/json")
	}
	answer := must(c.SendPrimitive(ctx, r, "[]byte", nil))
	if err := json.Unmarshal(answer.([]byte), into); err != nil {
		log.Fatal(err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
