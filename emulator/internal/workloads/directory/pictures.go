package directory

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	drawing "image/draw"
	_ "image/gif" // decoders of what clients send
	"image/jpeg"
	"image/png"
	"mime"
	"net/http"
	"strings"
	"sync"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// maxPicture is how many bytes a decoded picture may take: 16 million pixels of the usual kind.
// Chosen: the service's limit is one of the file alone, 4 MB (documented), and a small file can hold a
// huge picture.
const maxPicture = 64 << 20

// maxScans is how many scans a JPEG may have. Each goes over all pixels, whatever its size. Chosen: encoders
// make some ten of a progressive picture.
const maxScans = 64

// startOfScan is the marker of a scan. Within the data of one it cannot stand: 0xff is followed by 0 there.
var startOfScan = []byte{0xff, 0xda}

// decoding is held while a picture is decoded: one at a time takes that memory.
var decoding sync.Mutex

// scaledType is that of the sizes of a photo (inferred from samples of the documentation).
const scaledType = "image/jpeg"

// pictureTypes are the Content-Types that the service names for a picture.
const pictureTypes = "image/bmp, image/emf, image/wmf, image/jpg, image/jpeg, image/gif, image/ico, image/png, image/exif, " +
	"image/tif, image/tiff, image/*, images/*"

// checkPicture refuses what is no picture, and sets the type to what it is. Observed: the words for
// what is none (docs-contrib issue 6395), and those for another Content-Type of an application's logo
// (sdk-dotnet issue 1863; of a photo inferred). The SDKs send photos without telling what they are.
func checkPicture(m *workload.Media) error {
	if m.Type != workload.Binary {
		if err := checkPictureType(m); err != nil {
			return err
		}
	}
	_, format, err := image.DecodeConfig(bytes.NewReader(m.Bytes))
	if err != nil {
		return noPicture(err)
	}
	if _, err := decoded(m); err != nil {
		return err
	}
	m.Type = "image/" + format
	return nil
}

// checkLogo is checkPicture of an application's logo, which has to say what it is.
func checkLogo(m *workload.Media) error {
	if err := checkPictureType(m); err != nil {
		return err
	}
	return checkPicture(m)
}

func checkPictureType(m *workload.Media) error {
	kind, _, _ := mime.ParseMediaType(m.Type)
	if !strings.HasPrefix(kind, "image/") {
		return workload.Refuse("Content-Type was %s. Image Content-Type header should be one of the following: [%s].", kind, pictureTypes)
	}
	return nil
}

func noPicture(err error) error {
	e := &apierror.Error{Status: http.StatusInternalServerError, Code: "ErrorInternalServerError", Message: "An internal server error " +
		"occurred. The operation failed., The file you chose isn't an image. Please choose a different file."}
	return e.Help("notAnImage", "", "graphemu reads JPEG, PNG and GIF: %v", err)
}

// decoded is a picture, as large as it says to be, whose pixels are within the limit: a file may
// declare any number of them, and one of a snapshot has been looked at by nobody.
func decoded(m *workload.Media) (image.Image, error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(m.Bytes))
	if err != nil {
		return nil, noPicture(err)
	}
	if err := tooLarge(config); err != nil {
		return nil, err
	}
	if n := bytes.Count(m.Bytes, startOfScan); n > maxScans {
		return nil, workload.Refuse("The image is too large.").Help("limit", "", "it has %d scans; graphemu takes up to %d", n, maxScans)
	}
	decoding.Lock()
	defer decoding.Unlock()
	picture, _, err := image.Decode(bytes.NewReader(m.Bytes))
	if err != nil {
		return nil, noPicture(err)
	}
	if all := image.Rect(0, 0, config.Width, config.Height); picture.Bounds() != all { // the first frame of a GIF may be a part of it
		whole := image.NewRGBA(all)
		drawing.Draw(whole, picture.Bounds(), picture, picture.Bounds().Min, drawing.Src)
		picture = whole
	}
	return picture, nil
}

func tooLarge(config image.Config) error {
	pixel := 4
	switch config.ColorModel {
	case color.RGBA64Model, color.NRGBA64Model, color.Gray16Model:
		pixel = 8
	}
	if config.Width < 1 || config.Height < 1 { // a GIF may say so
		return noPicture(fmt.Errorf("it has %d × %d pixels", config.Width, config.Height))
	}
	if config.Width > maxPicture/pixel/config.Height {
		return workload.Refuse("The image is too large.").Help("limit", "",
			"it has %d × %d pixels; graphemu takes up to %d bytes of them", config.Width, config.Height, maxPicture)
	}
	return nil
}

// sizeOf is a picture's width and height in pixels.
func sizeOf(m *workload.Media) (width, height int, err error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(m.Bytes))
	if err != nil {
		return 0, 0, noPicture(err)
	}
	return config.Width, config.Height, nil
}

// scaled is the middle square of a picture, made smaller: each pixel is the mean of those that it
// stands for. Chosen, as is white behind what one can see through.
func scaled(m *workload.Media, side int) (*workload.Media, error) {
	from, err := decoded(m)
	if err != nil {
		return nil, err
	}
	b := from.Bounds()
	n := min(b.Dx(), b.Dy())
	side = min(side, n)
	left, top := b.Min.X+(b.Dx()-n)/2, b.Min.Y+(b.Dy()-n)/2
	to := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		y0, y1 := y*n/side, (y+1)*n/side
		band := image.NewRGBA(image.Rect(0, 0, n, y1-y0))
		drawing.Draw(band, band.Bounds(), image.White, image.Point{}, drawing.Src)
		drawing.Draw(band, band.Bounds(), from, image.Pt(left, top+y0), drawing.Over)
		for x := range side {
			to.SetRGBA(x, y, mean(band, x*n/side, (x+1)*n/side))
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, to, &jpeg.Options{Quality: 90}); err != nil {
		return nil, noPicture(err)
	}
	return &workload.Media{Type: scaledType, Bytes: out.Bytes()}, nil
}

// mean is the mean color of the columns x0 to x1 of a band.
func mean(band *image.RGBA, x0, x1 int) color.RGBA {
	var sum [3]int
	for y := range band.Rect.Dy() {
		row := band.Pix[band.PixOffset(x0, y):band.PixOffset(x1, y)]
		for i := 0; i < len(row); i += 4 {
			sum[0], sum[1], sum[2] = sum[0]+int(row[i]), sum[1]+int(row[i+1]), sum[2]+int(row[i+2])
		}
	}
	n := band.Rect.Dy() * (x1 - x0)
	return color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), 255}
}

// drawn is a picture for somebody who has none: a pattern of a colour that both follow from an
// id, so that people can be told apart, and are the same in every run.
func drawn(id string, side int) *workload.Media {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // it never errs
	bits := h.Sum64()
	hue := color.RGBA{uint8(60 + bits>>40%130), uint8(60 + bits>>48%130), uint8(60 + bits>>56%130), 255}
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{hue, color.White})
	const fields, margin = 5, 1 // a pattern of 5 × 5, the same on both sides, in a frame
	cell := side / (fields + 2*margin)
	for y := range fields {
		for x := range fields {
			if bits>>(y*3+min(x, fields-1-x))&1 == 0 {
				continue
			}
			at := image.Rect((x+margin)*cell, (y+margin)*cell, (x+margin+1)*cell, (y+margin+1)*cell)
			for py := at.Min.Y; py < at.Max.Y; py++ {
				for px := at.Min.X; px < at.Max.X; px++ {
					picture.SetColorIndex(px, py, 1)
				}
			}
		}
	}
	var out bytes.Buffer
	_ = png.Encode(&out, picture) // into memory, of a picture that is well: it never errs
	return &workload.Media{Type: "image/png", Bytes: out.Bytes()}
}
