package outbound

var Reachable = reachable
