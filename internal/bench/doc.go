// Command bench measures what a silent renewal costs, against the least that one can
// cost on the same machine. It starts all parts itself, on loopback and on free ports,
// and ends them:
//
//   - hush: the program as it is built for production, with a configuration file
//   - the floor: a server on net/http that does what no such service can leave out
//     (open a cookie, read Redis once, sign), and nothing else
//   - a redis-server, or a Cluster of three
//   - the load, in this process: keep-alive connections with real cookies, every answer
//     checked
//
// The server that is measured has one core to itself; Redis and the load have another.
// Rounds of the floor and of hush alternate, so that what else happens on the machine
// meets both. Run it from the root of the module:
//
//	make bench                                  the silent path
//	make bench ARGS='-write docs/performance.md all'
//
//	main.go, flags.go   the command
//	silent.go token.go growth.go crowd.go pressure.go   what is measured
//	load.go paced.go conn.go request.go   the load
//	floor.go floorsign.go   the floor
//	hush.go redis.go process.go machine_*.go   the parts and their cores
//	table.go chart.go blocks.go   what is printed
package main
