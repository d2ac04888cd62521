package directory

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// photoRules are those of photos of users and groups: "photo" is the picture as it was sent,
// "photos" are the sizes that the service makes of it. Documented: the pages of profilePhoto. The
// bytes stand at $value; PUT and PATCH set them, DELETE takes the photo away; the sizes are those
// that are no larger than the picture. Observed: the error where there is none. Chosen: what is
// sent stays as it is, the service may store it smaller.
var photoRules = &workload.Rules{
	Type: photoType, PatchStatus: http.StatusNoContent, Absent: words("create update"), ReadOnlyIn: words("photos"), Remake: true,
	ReadOnly:   words("height width"),
	CheckMedia: func(_ string, m *workload.Media) error { return checkPicture(m) },
	MakeMedia:  makePhoto,
	NotFound:   noPhoto, Create: createPhoto,
	Created: func(_ *workload.Call, tx *entity.Tx, o *entity.Object) error { return addSizes(tx, o) },
	Delete: func(_ *workload.Call, tx *entity.Tx, o *entity.Object) error {
		for p := range tx.List(sizesOf(o)).All(0) {
			if err := tx.Delete(p); err != nil {
				return err
			}
		}
		return tx.Delete(o.Place)
	},
}

func noPhoto(string) error {
	return &apierror.Error{Status: http.StatusNotFound, Code: "ImageNotFound",
		Message: "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown."}
}

const photoType = "profilePhoto"

// photoSizes are the sides of the squares that the service makes of a photo. Documented.
var photoSizes = []int{48, 64, 96, 120, 240, 360, 432, 504, 648}

// drawnSide is that of a photo that a fixture brings without bytes. Chosen.
const drawnSide = 240

// sizesOf is where the sizes of a photo live.
func sizesOf(photo *entity.Object) entity.Home {
	return entity.Home{Parent: photo.Home.Parent, Name: "photos"}
}

// createPhoto completes a new photo, of bytes that checkPicture has seen. A fixture may leave
// them out: then they are drawn when somebody asks for them.
func createPhoto(c *workload.Call, tx *entity.Tx, d *workload.Draft) error {
	if d.In == "photos" || d.Media == nil && !c.Trusted {
		return workload.Refuse("Property '%s' is read-only and cannot be set.", d.In).
			Help("readOnly", "", "send the picture itself: PUT …/photo/$value")
	}
	width, height := drawnSide, drawnSide
	if d.Media != nil {
		if c.Trusted { // nobody has looked at it yet
			d.Media.Type = workload.Binary
			if err := checkPicture(d.Media); err != nil {
				return err
			}
		}
		var err error
		if width, height, err = sizeOf(d.Media); err != nil {
			return err
		}
	} else {
		owner := ""
		if o := tx.At(d.Parent); o != nil {
			owner = o.ID
		}
		d.Hidden[workload.MediaMember] = workload.Unmade("image/png", etagOf(owner, "drawn"))
	}
	d.ID = sizeName(width, height)
	d.Values["width"], d.Values["height"] = float64(width), float64(height)
	return nil
}

func sizeName(width, height int) string { return fmt.Sprintf("%dx%d", width, height) }

// etagOf is that of bytes which are made of others.
func etagOf(parts ...string) string {
	return (&workload.Media{Bytes: []byte(strings.Join(parts, " "))}).ETag()
}

// addSizes makes the sizes of a new photo: those that are no larger, or, where it is smaller than
// all, its own (inferred: a photo that is there has a size). Their bytes are made when asked for.
func addSizes(tx *entity.Tx, photo *entity.Object) error {
	if photo.Home.Name != "photo" {
		return nil
	}
	width, height := int(prop(photo, "width").Int()), int(prop(photo, "height").Int())
	kind, etag, _ := workload.MediaFacts(photo.JSON, workload.MediaMember)
	sizes := [][2]int{}
	for _, side := range photoSizes {
		if side <= min(width, height) {
			sizes = append(sizes, [2]int{side, side})
		}
	}
	own := [2]int{width, height}
	if len(sizes) == 0 {
		sizes = append(sizes, own)
	}
	for _, s := range sizes {
		id, of, tag := sizeName(s[0], s[1]), scaledType, etagOf(etag, sizeName(s[0], s[1]))
		if s == own {
			of, tag = kind, etag
		}
		media := jsontree.Append(nil, workload.Unmade(of, tag))
		json := fmt.Appendf(nil, `{"id":%q,"height":%d,"width":%d,%q:%s}`, id, s[1], s[0], workload.MediaMember, media)
		if _, err := tx.Create(entity.Draft{Home: sizesOf(photo), ID: id, Type: photo.Type, JSON: json}); err != nil {
			return err
		}
	}
	return nil
}

// makePhoto makes the bytes of a photo that nobody sent, and those of a size.
func makePhoto(in entity.View, o *entity.Object) (*workload.Media, error) {
	owner := in.At(o.Home.Parent)
	if owner == nil {
		return nil, noPhoto(o.ID) // only an edited snapshot has such
	}
	if o.Home.Name != "photos" {
		return drawn(owner.ID, drawnSide), nil
	}
	var photo *entity.Object
	for p := range in.List(entity.Home{Parent: o.Home.Parent, Name: "photo"}).All(0) {
		photo = in.At(p)
	}
	if photo == nil {
		return nil, noPhoto(o.ID)
	}
	kind, _, _ := workload.MediaFacts(photo.JSON, workload.MediaMember)
	whole := &workload.Media{Type: kind, Bytes: workload.StoredMedia(photo.JSON, workload.MediaMember)}
	if whole.Bytes == nil {
		whole = drawn(owner.ID, drawnSide)
	}
	if o.ID == photo.ID {
		return whole, nil
	}
	side, _, _ := strings.Cut(o.ID, "x")
	n, err := strconv.Atoi(side)
	if err != nil || !slices.Contains(photoSizes, n) {
		return nil, noPhoto(o.ID) // only an edited snapshot has such
	}
	return scaled(whole, n)
}
