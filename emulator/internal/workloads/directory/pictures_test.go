package directory

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// moving is an animated GIF of a screen of 100 × 80, whose frames are red and blue, and stand
// somewhere in it.
func moving(t *testing.T, frames ...image.Rectangle) []byte {
	all := &gif.GIF{Config: image.Config{Width: 100, Height: 80}}
	for i, r := range frames {
		m := image.NewPaletted(r, color.Palette{color.RGBA{R: 255, A: 255}, color.RGBA{B: 255, A: 255}})
		for p := range m.Pix {
			m.Pix[p] = uint8(i)
		}
		all.Image, all.Delay = append(all.Image, m), append(all.Delay, 1)
	}
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, all))
	return b.Bytes()
}

// An animated picture is as large as its screen, whatever part of it the first frame paints;
// the rest is white.
func TestScaledAnimation(t *testing.T) {
	for _, first := range []image.Rectangle{image.Rect(0, 0, 100, 80), image.Rect(45, 35, 60, 50), image.Rect(0, 0, 1, 1),
		image.Rect(99, 79, 100, 80)} {
		m := &workload.Media{Type: "image/gif", Bytes: moving(t, first, image.Rect(0, 0, 100, 80))}
		require.NoError(t, checkPicture(m))
		small, err := scaled(m, 48)
		require.NoError(t, err)
		picture, err := jpeg.Decode(bytes.NewReader(small.Bytes))
		require.NoError(t, err)
		require.Equal(t, image.Rect(0, 0, 48, 48), picture.Bounds(), "%v", first)
		_, green, _, _ := picture.At(24, 24).RGBA()
		_, corner, _, _ := picture.At(2, 45).RGBA()
		assert.Equal(t, image.Pt(50, 40).In(first), green < 0x4000, "%v: red in the middle", first)
		assert.Equal(t, first.Dx() < 100, corner > 0xc000, "%v: white in the corner", first)
	}
}

// A GIF may say that it has no pixels, and is then no image; nor is one whose frame lies outside.
func TestPicturesWithoutPixels(t *testing.T) {
	for _, size := range [][2]uint16{{0, 0}, {0, 80}, {100, 0}, {10, 10}} {
		b := moving(t, image.Rect(40, 30, 60, 50))
		binary.LittleEndian.PutUint16(b[6:], size[0])
		binary.LittleEndian.PutUint16(b[8:], size[1])
		err := checkPicture(&workload.Media{Type: "image/gif", Bytes: b})
		assert.ErrorContains(t, err, "The file you chose isn't an image.", "%v", size)
	}
	huge := moving(t, image.Rect(0, 0, 10, 10))
	binary.LittleEndian.PutUint16(huge[6:], 65535)
	binary.LittleEndian.PutUint16(huge[8:], 65535)
	assert.ErrorContains(t, checkPicture(&workload.Media{Type: "image/gif", Bytes: huge}), "The image is too large.")
}
