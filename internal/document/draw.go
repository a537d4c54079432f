package document

import (
	"bytes"
	"fmt"

	"github.com/signintech/gopdf"
)

// draw writes the sheets with gopdf and corrects what it writes (see finish).
func (d *Doc) draw(sheets []*sheet) ([]byte, error) {
	pdf := &gopdf.GoPdf{}
	pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: pageWidth, H: pageHeight}})
	if err := addFaces(pdf, sheets); err != nil {
		return nil, err
	}
	for _, s := range sheets {
		pdf.AddPage()
		if err := s.draw(pdf); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	if _, err := pdf.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("write pdf: %w", err)
	}
	return finish(out.Bytes(), d.meta)
}

// addFaces adds each subset once, in the order of its first use, so that the same document has the same bytes.
func addFaces(pdf *gopdf.GoPdf, sheets []*sheet) error {
	known := map[string]bool{}
	for _, s := range sheets {
		for _, r := range s.runs {
			if known[r.family()] {
				continue
			}
			known[r.family()] = true
			if err := addSubset(pdf, r); err != nil {
				return fmt.Errorf("add font %s: %w", r.face.name, err)
			}
		}
	}
	return nil
}

// addSubset takes the parsed file; the rare second subset of a face is parsed again under its own name.
func addSubset(pdf *gopdf.GoPdf, r run) error {
	if r.layer == 0 {
		return pdf.AddTTFFontFromFontContainer(r.family(), r.face.container)
	}
	return pdf.AddTTFFontData(r.family(), r.face.metrics.GetTTFParser().FontData())
}

func (r run) family() string { return r.face.family(r.layer) }

func (s *sheet) draw(pdf *gopdf.GoPdf) error {
	pdf.SetFillColor(0xee, 0xee, 0xee)
	for _, p := range s.panels {
		pdf.RectFromUpperLeftWithStyle(p.x, p.y, p.w, p.h, "F")
	}
	pdf.SetLineWidth(0.5)
	for _, r := range s.rules {
		pdf.Line(r.x1, r.y1, r.x2, r.y2)
	}
	pdf.SetTextColor(0, 0, 0)
	for _, r := range s.runs {
		if err := pdf.SetFont(r.family(), "", r.size); err != nil {
			return fmt.Errorf("font %s: %w", r.family(), err)
		}
		pdf.SetXY(r.x, r.y)
		if err := pdf.Text(string(r.text)); err != nil {
			return fmt.Errorf("text in %s: %w", r.family(), err)
		}
	}
	return nil
}
