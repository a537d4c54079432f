package world

// Knobs are how hard a world is. Shares are of one. docs/events.md says what each is for; none of
// them may be set to please a result.
type Knobs struct {
	// How customers reach the firm. What remains has an address of its own, half of those a new one
	// every few days.
	Mobile float64 // over a carrier only: many customers, one address
	Shared float64 // fixed lines that share addresses between neighbours (MAP-E)
	Office float64 // by day through the company's proxy
	// PerCarrierAddress is how many mobile customers there are for one address of a carrier.
	PerCarrierAddress int
	// What makes innocents look guilty.
	Families      float64 // live with another customer
	FamilyDevices float64 // of those, use one computer
	Aggregated    float64 // let a household-book service log in for them each night
	VPN           float64 // use a commercial VPN, whose exits attackers rent as well
	Movers        float64 // register another bank account in the time of the logs
	NewPhones     float64 // change their telephone
	Forgetful     float64 // browsers that become new devices every few weeks
	Popular       float64 // telephones that look like others, a few like hundreds

	// What hides attackers.
	ThroughVPN   float64 // victims reached through VPN exits
	ThroughCGN   float64 // through addresses of mobile carriers; the rest through residential proxies
	Exits        int     // of a campaign
	ExitsInUse   float64 // of those, used by innocents too
	OtherWay     float64 // sessions that come another way than the victim's first
	Resident     float64 // proxies that stand in the home of a customer
	ProfileReuse float64 // sessions with a device that the campaign uses on several victims
	Mimic        float64 // sessions with a device that looks like a popular telephone
	OwnDevice    float64 // victims whose own device was taken over
	MuleReuse    float64 // payouts to a bank account that takes money of several victims
	MailChange   float64 // attacks that change the mail address first
	ContactReuse float64 // of those, to an address used on several victims
	Referrer     float64 // sessions that say which phishing site they came from
	AccessOnly   float64 // victims with a login and nothing else
	Early        float64 // victims whose password was tried out weeks before
	// Tried is how many customers, for each victim, were tried with a wrong password from the same
	// addresses. They are no victims.
	Tried float64
}

// Usual knobs: the shares of lines and victims follow what is known of 2020 and 2025 where anything
// is known, and guesses where nothing is.
func UsualKnobs() Knobs {
	return Knobs{
		Mobile: 0.40, Shared: 0.25, Office: 0.10, PerCarrierAddress: 37,
		Families: 0.13, FamilyDevices: 0.34, Aggregated: 0.05, VPN: 0.022, Movers: 0.0066, NewPhones: 0.032, Forgetful: 0.18, Popular: 0.09,
		ThroughVPN: 0.47, ThroughCGN: 0.19, Exits: 7, ExitsInUse: 0.42, OtherWay: 0.16, Resident: 0.35, ProfileReuse: 0.46, Mimic: 0.11, OwnDevice: 0.08,
		MuleReuse: 0.07, MailChange: 0.36, ContactReuse: 0.27, Referrer: 0.085, AccessOnly: 0.44, Early: 0.31, Tried: 1.1,
	}
}
