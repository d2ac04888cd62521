package faithfulness

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

const (
	getPhoto    = "Get profilePhoto page"
	updatePhoto = "Update profilePhoto page"
	deletePhoto = "Delete profilePhoto page"
	noPhotoText = "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown."
	noImageText = "An internal server error occurred. The operation failed., The file you chose isn't an image. Please choose a " +
		"different file."
	anyBytes = "Content-Type: application/octet-stream"
)

// picture is a PNG whose left half is red and whose right half is blue.
func picture(width, height int) string {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{R: 255, A: 255}
			if x >= width/2 {
				c = color.RGBA{B: 255, A: 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.String()
}

// hugePicture is a small file that says that it has 60,000 × 60,000 pixels.
func hugePicture() string {
	b := []byte(picture(1, 1))
	binary.BigEndian.PutUint32(b[16:], 60_000)
	binary.BigEndian.PutUint32(b[20:], 60_000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return string(b)
}

// withPhoto sends a picture of an object's photo and returns the object's path.
func withPhoto(t *testing.T, g *rig.Rig, owner string, width, height int) string {
	t.Helper()
	rig.WantEmpty(t, gives(t, g, 200, "PUT", owner+"/photo/$value", picture(width, height), "Content-Type: image/png"), 200)
	return owner
}

// photoStatements are those of the photos of users and groups.
func photoStatements() (list []statement) {
	for _, of := range []struct {
		set   string
		owner func(t *testing.T, g *rig.Rig) string
	}{
		{"users", func(t *testing.T, g *rig.Rig) string { return "/users/" + account(t, g, "ann", "") }},
		{"groups", func(t *testing.T, g *rig.Rig) string { return "/groups/" + createdID(t, g, "/groups", teamBody) }},
	} {
		list = append(list, photoRows(of.set, of.owner)...)
	}
	return append(append(list, photoDetails...), logoStatements...)
}

func photoRows(set string, owner func(t *testing.T, g *rig.Rig) string) []statement {
	return []statement{
		{set + ".photo.get", "ok", "Answers 200 with `id`, width and height of the photo, its media type and ETag", getPhoto, documented,
			func(t *testing.T, g *rig.Rig) {
				at := withPhoto(t, g, owner(t, g), 300, 250)
				a := gives(t, g, 200, "GET", at+"/photo", "")
				assert.Equal(t, []string{"300x250", "300", "250", "image/png"},
					[]string{a.Text("id"), a.Text("width"), a.Text("height"), a.Text("@odata\\.mediaContentType")})
				assert.Regexp(t, `^"[0-9A-F]{8}"$`, a.Text("@odata\\.mediaEtag"))
				assert.Len(t, a.Keys("@this"), 6, "no bytes")
			}},
		{set + ".photo.get", "none", "Without a photo: 404 `ImageNotFound`, also for its bytes", "ms-identity-dotnetcore-b2c issue 23", observed,
			func(t *testing.T, g *rig.Rig) {
				at := owner(t, g)
				for _, path := range []string{"/photo", "/photo/$value", "/photos/48x48", "/photos/48x48/$value"} {
					refuses(t, g, 404, "GET", at+path, "", "ImageNotFound", noPhotoText)
				}
			}},
		{set + ".photo.delete", "ok", "Answers 204; the photo and its sizes are gone", deletePhoto, documented,
			func(t *testing.T, g *rig.Rig) {
				at := withPhoto(t, g, owner(t, g), 100, 100)
				rig.WantEmpty(t, gives(t, g, 204, "DELETE", at+"/photo", ""), 204)
				gives(t, g, 404, "GET", at+"/photo", "")
				assert.Empty(t, gives(t, g, 200, "GET", at+"/photos", "").Texts("value"))
				refuses(t, g, 404, "DELETE", at+"/photo", "", "ImageNotFound", noPhotoText)
			}},
		{set + ".photo.value.get", "ok", "Answers 200 with the bytes as they were sent, their Content-Type and ETag", getPhoto, documented,
			func(t *testing.T, g *rig.Rig) {
				at := withPhoto(t, g, owner(t, g), 300, 250)
				a := gives(t, g, 200, "GET", at+"/photo/$value", "")
				assert.True(t, a.Body == picture(300, 250), "the bytes that were sent")
				assert.Equal(t, "image/png", a.Header.Get("Content-Type"))
				assert.Equal(t, gives(t, g, 200, "GET", at+"/photo", "").Text("@odata\\.mediaEtag"), a.Header.Get("ETag"))
			}},
		{set + ".photo.value.update", "ok", "PUT and PATCH answer 200 without a body; another picture takes the place of the one before",
			updatePhoto, documented, func(t *testing.T, g *rig.Rig) {
				at := withPhoto(t, g, owner(t, g), 300, 250)
				rig.WantEmpty(t, gives(t, g, 200, "PATCH", at+"/photo/$value", picture(64, 70), "Content-Type: image/jpeg"), 200)
				a := gives(t, g, 200, "GET", at+"/photo", "")
				assert.Equal(t, "64x70 image/png", a.Text("id")+" "+a.Text("@odata\\.mediaContentType"), "the type that it is")
				assert.Equal(t, []string{"48x48", "64x64"}, gives(t, g, 200, "GET", at+"/photos", "").Texts("value.#.id"))
			}},
		{set + ".photo.value.delete", "ok", "Answers 204; the photo is gone", deletePhoto, documented, func(t *testing.T, g *rig.Rig) {
			at := withPhoto(t, g, owner(t, g), 100, 100)
			rig.WantEmpty(t, gives(t, g, 204, "DELETE", at+"/photo/$value", ""), 204)
			gives(t, g, 404, "GET", at+"/photo/$value", "")
		}},
		{set + ".photos.list", "ok", "Answers 200 with the supported sizes that are no larger than the photo; where it is smaller than " +
			"all, its own", getPhoto + "; its own size is chosen", documented, func(t *testing.T, g *rig.Rig) {
			at := withPhoto(t, g, owner(t, g), 504, 600)
			assert.Equal(t, strings.Fields("48x48 64x64 96x96 120x120 240x240 360x360 432x432 504x504"),
				gives(t, g, 200, "GET", at+"/photos", "").Texts("value.#.id"))
			withPhoto(t, g, at, 30, 20)
			assert.Equal(t, []string{"30x20"}, gives(t, g, 200, "GET", at+"/photos", "").Texts("value.#.id"))
		}},
		{set + ".photos.count", "ok", "Answers 200 with their number as plain text", "query-parameters page, $count", inferred,
			func(t *testing.T, g *rig.Rig) {
				at := withPhoto(t, g, owner(t, g), 120, 120)
				assert.Equal(t, "4", count(t, g, at+"/photos"))
			}},
		{set + ".photos.get", "ok", "Answers 200 with a size; one that is larger than the photo is 404 `ImageNotFound`", getPhoto, documented,
			func(t *testing.T, g *rig.Rig) {
				at := withPhoto(t, g, owner(t, g), 120, 120)
				a := gives(t, g, 200, "GET", at+"/photos/96x96", "")
				assert.Equal(t, "96x96 96 96", a.Text("id")+" "+a.Text("width")+" "+a.Text("height"))
				refuses(t, g, 404, "GET", at+"/photos/240x240", "", "ImageNotFound", noPhotoText)
				refuses(t, g, 404, "GET", at+"/photos/97x97", "", "ImageNotFound", noPhotoText)
			}},
		{set + ".photos.value.get", "ok", "Answers 200 with the middle of the photo in that size, as JPEG", getPhoto +
			"; how it is made smaller is chosen", inferred, func(t *testing.T, g *rig.Rig) {
			at := withPhoto(t, g, owner(t, g), 300, 200)
			a := gives(t, g, 200, "GET", at+"/photos/48x48/$value", "")
			assert.Equal(t, "image/jpeg", a.Header.Get("Content-Type"))
			m, err := jpeg.Decode(strings.NewReader(a.Body))
			require.NoError(t, err)
			assert.Equal(t, image.Rect(0, 0, 48, 48), m.Bounds())
			left, _, _, _ := m.At(5, 24).RGBA()
			_, _, right, _ := m.At(43, 24).RGBA()
			assert.True(t, left > 0xf000 && right > 0xf000, "red, then blue")
			for _, path := range []string{"/photos/48x48", "/photos/48x48/$value"} {
				gives(t, g, 405, "PUT", at+path, picture(48, 48), "Content-Type: image/png")
				gives(t, g, 405, "DELETE", at+path, "")
			}
		}},
	}
}

// photoDetails are what holds for users and groups alike, shown with a user's.
var photoDetails = []statement{
	{"users.photo.value.update", "octet-stream", "Takes application/octet-stream, as the SDKs send it", "sdk-dotnet issue 237", observed,
		func(t *testing.T, g *rig.Rig) {
			at := "/users/" + account(t, g, "ann", "")
			gives(t, g, 200, "PUT", at+"/photo/$value", picture(50, 50), anyBytes)
			assert.Equal(t, "image/png", gives(t, g, 200, "GET", at+"/photo/$value", "").Header.Get("Content-Type"))
		}},
	{"users.photo.value.update", "no-image", "What is no image: 500 `ErrorInternalServerError`, `" + noImageText + "`; the photo stays",
		"docs-contrib issue 6395", observed, func(t *testing.T, g *rig.Rig) {
			at := withPhoto(t, g, "/users/"+account(t, g, "ann", ""), 50, 50)
			cut := picture(300, 300)
			for _, body := range []string{"", "hello", cut[:len(cut)/2], "GIF89a", "BM" + strings.Repeat("\x00", 60)} {
				refuses(t, g, 500, "PUT", at+"/photo/$value", body, "ErrorInternalServerError", noImageText, "Content-Type: image/png")
			}
			assert.True(t, gives(t, g, 200, "GET", at+"/photo/$value", "").Body == picture(50, 50), "as it was")
		}},
	{"users.photo.value.update", "content-type", "Another Content-Type than one of images: 400, `Content-Type was text/plain. Image " +
		"Content-Type header should be one of the following: […]`", "sdk-dotnet issue 1863, of an application's logo", inferred,
		func(t *testing.T, g *rig.Rig) {
			at := "/users/" + account(t, g, "ann", "") + "/photo/$value"
			a := gives(t, g, 400, "PUT", at, picture(50, 50), "Content-Type: text/plain")
			assert.Contains(t, a.Text("error.message"), "Content-Type was text/plain. Image Content-Type header should be one of the following: [")
			gives(t, g, 404, "GET", at, "")
		}},
	{"users.photo.value.update", "limits", "More than 4 MB: 400; more than 64 MB once it is decoded: 400", updatePhoto +
		"; the limit of pixels is chosen", documented, func(t *testing.T, g *rig.Rig) {
		at := "/users/" + account(t, g, "ann", "") + "/photo/$value"
		refuses(t, g, 400, "PUT", at, picture(50, 50)+strings.Repeat("x", 4<<20), "BadRequest",
			"The maximum request length supported is 4MB.", "Content-Type: image/png")
		refuses(t, g, 400, "PUT", at, hugePicture(), refusedCode, "The image is too large.", "Content-Type: image/png")
		gives(t, g, 404, "GET", at, "")
	}},
	{"users.photo.value.update", "batch", "In a batch the bytes are base64, both ways", "JSON batching page", documented,
		func(t *testing.T, g *rig.Rig) {
			at := "/users/" + account(t, g, "ann", "") + "/photo/$value"
			parts := g.Batch(t, rig.Part("1", "PUT", at, "headers", map[string]string{"Content-Type": "image/png"},
				"body", base64.StdEncoding.EncodeToString([]byte(picture(60, 60)))), rig.Part("2", "GET", at))
			assert.Equal(t, int64(200), parts["1"].Get("status").Int(), parts["1"].Raw)
			assert.Equal(t, "image/png", parts["2"].Get("headers.Content-Type").Str)
			b, err := base64.StdEncoding.DecodeString(parts["2"].Get("body").Str)
			require.NoError(t, err)
			assert.True(t, string(b) == picture(60, 60))
		}},
	{"users.photo.value.update", "journal", "The journal tells the size of the bytes, and does not keep them", "graphemu", chosen,
		func(t *testing.T, g *rig.Rig) {
			at := withPhoto(t, g, "/users/"+account(t, g, "ann", ""), 50, 50)
			gives(t, g, 200, "GET", at+"/photo/$value", "")
			entries := g.World().Journal().Entries(journal.Filter{})
			last := entries[len(entries)-2:]
			assert.Regexp(t, `^\(\d+ bytes, not kept: they are no text\)$`, last[0].RequestBody)
			assert.Regexp(t, `^\(\d+ bytes, not kept: they are no text\)$`, last[1].ResponseBody)
		}},
	{"users.photo.get", "me-and-expand", "`/me/photo` is the caller's; `$expand=photo` shows it with the user, null where there is none",
		getPhoto, inferred, func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, "null", gives(t, g, 200, "GET", "/me?$select=id&$expand=photo", "").JSON("photo").Raw)
			withPhoto(t, g, "/me", 70, 70)
			me := gives(t, g, 200, "GET", "/me?$select=id&$expand=photo", "")
			assert.Equal(t, "70x70", me.Text("photo.id"))
			assert.Equal(t, "70x70", gives(t, g, 200, "GET", "/users/"+me.Text("id")+"/photo", "").Text("id"))
			assert.NotContains(t, gives(t, g, 200, "GET", "/me", "").Body, "photo")
		}},
	{"users.photo.get", "read-only", "A photo is not written as JSON: PATCH of it is 405, one in a create is 400", "profilePhoto page: " +
		"its properties are read-only", inferred, func(t *testing.T, g *rig.Rig) {
		gives(t, g, 405, "PATCH", "/me/photo", `{"width":1}`)
		gives(t, g, 405, "POST", "/me/photos", `{"id":"48x48"}`)
		for _, photo := range []string{`"photo":{}`, `"photo":{"width":1}`, `"photos":[{}]`, `"photo":{"$value":"aGVsbG8="}`} {
			gives(t, g, 400, "POST", "/users", personBody("ann", ","+photo))
		}
		assert.Equal(t, 404, g.Get(t, v1(g, "/users/ann@contoso.edu")).Status)
	}},
	{"users.photo.get", "fixtures", "A fixture brings a photo with its bytes in base64, or without: then one is drawn; contoso has some",
		"graphemu", chosen, func(t *testing.T, _ *rig.Rig) {
			file := filepath.Join(t.TempDir(), "photos.json")
			fixture := `{"version":1,"name":"photos","directory":{"domains":["contoso.edu"]},"entities":{"users":[` +
				personBody("ann", `,"photo":{"$value":"`+
					base64.StdEncoding.EncodeToString([]byte(picture(50, 60)))+`"}`) + `,` + personBody("bob", `,"photo":{}`) + `,` +
				personBody("cat", "") + `],"users/cat@contoso.edu/photo":[{}]}}`
			require.NoError(t, os.WriteFile(file, []byte(fixture), 0o600))
			g := newRig(t, emulator.Options{Fixture: file})
			assert.True(t, gives(t, g, 200, "GET", "/users/ann@contoso.edu/photo/$value", "").Body == picture(50, 60))
			bob := gives(t, g, 200, "GET", "/users/bob@contoso.edu/photo/$value", "").Body
			m, err := png.Decode(strings.NewReader(bob))
			require.NoError(t, err)
			assert.Equal(t, image.Rect(0, 0, 240, 240), m.Bounds())
			assert.False(t, bob == gives(t, g, 200, "GET", "/users/cat@contoso.edu/photo/$value", "").Body, "one each")
			assert.True(t, bob == gives(t, g, 200, "GET", "/users/bob@contoso.edu/photos/240x240/$value", "").Body)
			gives(t, g, 200, "GET", "/users/bob@contoso.edu/photos/48x48/$value", "")
			contoso := newRig(t, emulator.Options{Fixture: "contoso"})
			gives(t, contoso, 200, "GET", "/me/photo/$value", "")
			gives(t, contoso, 200, "GET", "/users/adele.vance@contoso.edu/photo", "")
			gives(t, contoso, 404, "GET", "/users/pradeep.gupta@contoso.edu/photo", "")
		}},
}

// logoStatements are those of the logo of an application, a property whose value are bytes.
var logoStatements = []statement{
	{"applications.get", "logo", "The logo stands at /logo, and in no answer with the application; without one: 204",
		"application page; 204 " +
			"is OData's for a property without a value", inferred, func(t *testing.T, g *rig.Rig) {
			at := "/applications/" + createdID(t, g, "/applications", `{"displayName":"One"}`)
			rig.WantEmpty(t, gives(t, g, 204, "GET", at+"/logo", ""), 204)
			rig.WantEmpty(t, gives(t, g, 204, "PUT", at+"/logo", picture(20, 20), "Content-Type: image/jpeg"), 204)
			a := gives(t, g, 200, "GET", at+"/logo", "")
			assert.Equal(t, "image/png", a.Header.Get("Content-Type"))
			assert.True(t, a.Body == picture(20, 20))
			assert.NotContains(t, gives(t, g, 200, "GET", at, "").Body, "logo\"")
			gives(t, g, 204, "PATCH", at, `{"displayName":"Two"}`)
			assert.True(t, gives(t, g, 200, "GET", at+"/logo", "").Body == picture(20, 20), "another change leaves it")
			gives(t, g, 400, "DELETE", at+"/logo", "")
		}},
	{"applications.update", "logo-type", "A logo whose Content-Type is none of an image: 400, `Content-Type was application/octet-stream. " +
		"Image Content-Type header should be one of the following: […]`", "sdk-dotnet issues 1274 and 1863", observed, func(t *testing.T,
		g *rig.Rig) {
		at := "/applications/" + createdID(t, g, "/applications", `{"displayName":"One"}`) + "/logo"
		refuses(t, g, 400, "PUT", at, picture(20, 20), refusedCode, "Content-Type was application/octet-stream. Image Content-Type header "+
			"should be one of the following: [image/bmp, image/emf, image/wmf, image/jpg, image/jpeg, image/gif, image/ico, image/png, "+
			"image/exif, image/tif, image/tiff, image/*, images/*].", anyBytes)
		gives(t, g, 204, "GET", at, "")
	}},
}
