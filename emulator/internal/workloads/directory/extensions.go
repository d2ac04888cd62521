package directory

import (
	"net/http"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// openExtension is the type of open extensions: objects that take any property.
const openExtension = "openTypeExtension"

// extensionObjectRules are those of open extensions, which users, groups, devices,
// administrative units and the organization contain. Documented (pages of openTypeExtension, and
// "Add custom data to users using open extensions"): the id is the name, in beta too (inferred:
// the page shows nothing else of directory objects); a path may name one by its qualified name;
// an update takes away what it does not name, and answers 204; an object has at most two of an
// app (here: two in all, chosen, since which app wrote one is not kept). Observed: a create works
// without @odata.type (CLI for Microsoft 365), and the error of an unknown name.
var extensionObjectRules = &workload.Rules{
	Type: "extension", Concrete: openExtension, KeyPrefix: "microsoft.graph." + openExtension + ".",
	Required: words("extensionName"), PatchStatus: http.StatusNoContent,
	NotFound: func(string) error {
		return &apierror.Error{Status: http.StatusNotFound, Code: "ResourceNotFound", Message: "Extension with given id not found."}
	},
	Create: func(_ *workload.Call, tx *entity.Tx, d *workload.Draft) error {
		home := entity.Home{Parent: d.Parent, Name: "extensions"}
		d.ID = textIn(d.Values, "extensionName")
		if tx.Find(home.Family(), d.ID) != nil {
			return sameKey("An extension already exists with given id.")
		}
		if tx.List(home).Len() >= 2 {
			return workload.Refuse("Cannot create more than 2 extensions of an app on an object.")
		}
		return nil
	},
	Update: func(_ *workload.Call, _ *entity.Tx, old *entity.Object, d *workload.Draft) error {
		if name, given := d.Values["extensionName"].(string); given && !strings.EqualFold(name, old.ID) {
			return workload.Refuse("Property 'extensionName' is read-only and cannot be set.").
				Help("readOnly", "/extensionName", "the extension is %s; delete it, and create another", old.ID) // chosen
		}
		delete(d.Values, "extensionName")
		delete(d.Hidden, odata.OpenMember) // what the update does not name is gone
		return nil
	},
}

// educationApp is the application of School Data Sync, whose extensions every tenant of a
// school has. Documented: the metadata of education's users, classes and schools.
const educationApp = "extension_fe2174665583431c953114ff7268b7b3_Education_"

// directoryExtension finds a directory extension that an application has registered for a
// type. Documented: the page of extensionProperty. Those of School Data Sync are there
// without having been registered, as texts (inferred).
func directoryExtension(in entity.View, typ, name string) *odata.Property {
	if strings.HasPrefix(name, educationApp) {
		if typ == "user" || typ == "group" || typ == "administrativeUnit" {
			return &odata.Property{Name: name, Kind: odata.KindString, Nullable: true}
		}
		return nil
	}
	for p := range in.Family(extensionRules.Family).All(0) {
		o := in.At(p)
		if prop(o, "name").Str != name {
			continue
		}
		app := in.At(o.Home.Parent)
		if app == nil || app.Home == deletedHome {
			return nil
		}
		for _, target := range prop(o, "targetObjects").Array() {
			if strings.EqualFold(target.Str, typ) {
				return &odata.Property{Name: name, Kind: extensionKinds[prop(o, "dataType").Str], Nullable: true,
					Collection: prop(o, "isMultiValued").Bool()}
			}
		}
	}
	return nil
}

// extensionKinds are the kinds of directory extensions' data types. Documented.
var extensionKinds = map[string]odata.Kind{"Binary": odata.KindBinary, "Boolean": odata.KindBoolean, "DateTime": odata.KindDateTimeOffset,
	"Integer": odata.KindInt32, "LargeInteger": odata.KindInt64, "String": odata.KindString}
