package rollup

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"tasuke/internal/db"
)

// record is an event as it lies in Parquet: sorted by customer and time, so that the rows of one
// customer are together. Columns are only added, at the end.
type record struct {
	Customer    string `parquet:"customer,dict"`
	At          int64  `parquet:"at,delta,timestamp(microsecond)"`
	Kind        string `parquet:"kind,dict"`
	Account     string `parquet:"account,dict"`
	Result      string `parquet:"result,dict"`
	Channel     string `parquet:"channel,dict"`
	IP          string `parquet:"ip,dict"`
	Device      string `parquet:"device,dict"`
	Session     string `parquet:"session,dict"`
	Agent       string `parquet:"agent,dict"`
	Domain      string `parquet:"domain,dict"`
	Destination []byte `parquet:"destination_hash,dict"`
	Branch      string `parquet:"destination_branch,dict"`
	Mail        []byte `parquet:"mail_hash,dict"`
	MailDomain  string `parquet:"mail_domain,dict"`
	Phone       []byte `parquet:"phone_hash,dict"`
	Symbol      string `parquet:"symbol,dict"`
	Side        string `parquet:"side,dict"`
	Quantity    string `parquet:"quantity,dict"`
	Amount      int64  `parquet:"amount,delta"`
	Change      string `parquet:"change,dict"`
	Ref         string `parquet:"ref"`
	Line        int64  `parquet:"line,delta"`
}

func toRecord(e Event) record {
	r := record{
		Customer: e.Customer, At: int64(e.At), Kind: string(e.Kind), Account: e.Account, Result: e.Result, Channel: e.Channel,
		Device: e.Device, Session: e.Session, Agent: e.Agent, Domain: e.Domain, Destination: []byte(e.Destination), Branch: e.Branch,
		Mail: []byte(e.Mail), MailDomain: e.MailDomain, Phone: []byte(e.Phone), Symbol: e.Symbol, Side: e.Side, Quantity: e.Quantity,
		Amount: e.Amount, Change: e.Change, Ref: e.Ref, Line: int64(e.Line),
	}
	if e.IP.IsValid() {
		r.IP = e.IP.String()
	}
	return r
}

func (r record) event() Event {
	e := Event{
		Customer: r.Customer, At: db.Instant(r.At), Kind: Kind(r.Kind), Account: r.Account, Result: r.Result, Channel: r.Channel,
		Device: r.Device, Session: r.Session, Agent: r.Agent, Domain: r.Domain, Destination: Hash(r.Destination), Branch: r.Branch,
		Mail: Hash(r.Mail), MailDomain: r.MailDomain, Phone: Hash(r.Phone), Symbol: r.Symbol, Side: r.Side, Quantity: r.Quantity,
		Amount: r.Amount, Change: r.Change, Ref: r.Ref, Line: int(r.Line),
	}
	if r.IP != "" {
		e.IP, _ = netip.ParseAddr(r.IP) // it was written from one
	}
	return e
}

// pageRows is about how many rows a page of a column holds (four bytes each, as most are places in a
// dictionary): the rows of one customer are few, and a whole page is read for them.
const pageRows = 4096

// file is where the segment of a chunk lies. Sources have plain names and chunks are hashes.
func (s *Store) file(source string, chunk Digest) string {
	return filepath.Join(s.dir, source, string(chunk)+".parquet")
}

// write makes the segment of a chunk, durably: beside its place first, then renamed, so that
// there is a whole file or none. events are sorted in place.
func (s *Store) write(source string, chunk Digest, events []Event) (size int64, sum Digest, err error) {
	slices.SortFunc(events, func(a, b Event) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.At, b.At), cmp.Compare(a.Line, b.Line))
	})
	place := s.file(source, chunk)
	if err := os.MkdirAll(filepath.Dir(place), 0o700); err != nil {
		return 0, "", fmt.Errorf("make the folder of the segments: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(place), ".new-*") // readable by the owner only
	if err != nil {
		return 0, "", fmt.Errorf("make a segment: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone after the rename
	size, sum, err = encode(f, chunk, events)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return 0, "", fmt.Errorf("write a segment: %w", err)
	}
	if err := os.Rename(f.Name(), place); err != nil {
		return 0, "", fmt.Errorf("name a segment: %w", err)
	}
	return size, sum, syncDir(filepath.Dir(place))
}

func encode(f io.Writer, chunk Digest, events []Event) (int64, Digest, error) {
	hash := sha256.New()
	tally := &tally{w: io.MultiWriter(f, hash)}
	w := parquet.NewGenericWriter[record](tally, parquet.Compression(&zstd.Codec{}), parquet.PageBufferSize(pageRows*4), parquet.KeyValueMetadata("tasuke.chunk", string(chunk)),
		parquet.SortingWriterConfig(parquet.SortingColumns(parquet.Ascending("customer"), parquet.Ascending("at"))))
	part := make([]record, 0, 4096)
	for events := range slices.Chunk(events, cap(part)) {
		part = part[:0]
		for _, e := range events {
			part = append(part, toRecord(e))
		}
		if _, err := w.Write(part); err != nil {
			return 0, "", fmt.Errorf("encode rows: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return 0, "", fmt.Errorf("encode rows: %w", err)
	}
	return tally.n, Digest(hex.EncodeToString(hash.Sum(nil))), nil
}

type tally struct {
	w io.Writer
	n int64
}

func (t *tally) Write(p []byte) (int, error) {
	n, err := t.w.Write(p)
	t.n += int64(n)
	return n, err //nolint:wrapcheck // a transparent writer
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open the folder of the segments: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("keep the folder of the segments: %w", err)
	}
	return nil
}

// Verify hashes every segment again and gives the chunks whose file is missing or another than
// the one that was written.
func (s *Store) Verify(ctx context.Context) (bad []Digest, err error) {
	segments, err := s.index.Segments(ctx, 0)
	if err != nil {
		return nil, err
	}
	for _, g := range segments {
		if err := ctx.Err(); err != nil {
			return nil, err //nolint:wrapcheck // the caller's own
		}
		if g.Kept == 0 {
			continue
		}
		sum, err := hashFile(s.file(g.Source, g.Chunk))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("read a segment: %w", err)
		}
		if sum != g.SHA256 {
			bad = append(bad, g.Chunk)
		}
	}
	return bad, nil
}

func hashFile(name string) (Digest, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // read only
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return Digest(hex.EncodeToString(h.Sum(nil))), nil
}
