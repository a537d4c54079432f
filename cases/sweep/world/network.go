package world

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
)

// Addresses of the world are from blocks nobody on the internet has, one for each kind of network:
// no real line is accused of anything.
const (
	carriers  = 241
	neighbour = 242
	ownLines  = 243
	companies = 244
	exits     = 245
	services  = 246
)

// Ranges are the blocks the world's addresses are from. A product that refuses reserved addresses
// must let these pass where this world is shown.
func Ranges() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("2001:db8::/32")}
}

func address(block byte, n uint64) netip.Addr {
	return netip.AddrFrom4([4]byte{block, byte(n >> 16), byte(n >> 8), byte(n)})
}

// Carriers: three large ones in eight regions, and small ones that rent from them and have more
// addresses for their few customers.
const (
	large, regions = 3, 8
	small          = 5
	smallPool      = 320
	smallShare     = 0.12
)

// carrier gives an address a telephone gets for one session.
func (w *world) carrier(p *person, r *rand.Rand) netip.Addr {
	return w.carrierAt(int(p.carrier), int(p.region), r)
}

func (w *world) carrierAt(carrier, region int, r *rand.Rand) netip.Addr {
	if carrier >= large {
		return address(carriers, uint64(carrier<<16|r.IntN(smallPool)))
	}
	pool := max(int(float64(w.Customers)*w.Knobs.Mobile)/w.Knobs.PerCarrierAddress/(large*regions), 1)
	return address(carriers, uint64(carrier<<16|region<<8|r.IntN(min(pool, 250))))
}

// home gives the address of a household on a day.
func (w *world) home(p *person, d int) netip.Addr {
	house := int(p.household)
	if p.home == shared {
		pool := uint64(float64(w.Customers) * w.Knobs.Shared * 0.8)
		return address(neighbour, w.mix(11, house)%max(pool, 1))
	}
	if w.mix(12, house)%2 == 0 {
		return address(ownLines, uint64(house)<<1) // for good
	}
	// The provider gives it another one now and then, and the old one to somebody else.
	every := 3 + int(w.mix(13, house)%18)
	epoch := (d + int(w.mix(14, house)%64)) / every
	pool := uint64(float64(w.Customers)*0.2) + 1
	return address(ownLines, (w.mix(15, house, epoch)%pool)<<1|1)
}

// sixth gives the IPv6 address of a device: the house keeps its network, the device changes the
// rest every day.
func (w *world) sixth(house, device, d int) netip.Addr {
	var b [16]byte
	copy(b[:], []byte{0x20, 0x01, 0x0d, 0xb8})
	binary.BigEndian.PutUint32(b[4:], uint32(house)<<4)
	binary.BigEndian.PutUint64(b[8:], w.mix(16, house, device, d))
	return netip.AddrFrom16(b)
}

// proxy is one of the addresses of a company.
func (w *world) proxy(office int, r *rand.Rand) netip.Addr {
	return address(companies, uint64(office<<3|r.IntN(1+office%4)))
}

// exitsPerProvider is how many exits a VPN provider has for its customers in this country.
const (
	vpnProviders     = 4
	exitsPerProvider = 18
)

func exit(provider, n int) netip.Addr { return address(exits, uint64(provider<<8|n)) }

// nightly is the address an aggregator comes from.
func nightly(service, n int) netip.Addr { return address(services, uint64(service<<8|n)) }
