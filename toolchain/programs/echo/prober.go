package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	// writeEvery is the time in which outcomes are gathered: each write wakes the reader up.
	writeEvery = 250 * time.Millisecond
	// longestOrder is that of some ten thousand nodes, in bytes.
	longestOrder = 1 << 22
)

// order is a line of the input: what is asked from now on.
type order struct {
	Targets []target `json:"targets"`
	// EveryMs is the time between two probes of a target, in milliseconds.
	EveryMs int `json:"everyMs"`
}

// outcome is a line of the output: one probe that was answered or lost.
type outcome struct {
	Target string `json:"target"`
	At     ms     `json:"at"`
	Ms     ms     `json:"ms"`
	Lost   string `json:"lost,omitempty"`
}

// pulse is the line after outcomes that are written together, and also comes where there are none.
type pulse struct {
	Now ms `json:"now"`
	// ToldTo is the time before which all probes were sent whose outcomes are told.
	ToldTo ms `json:"toldTo"`
}

// ms is a time since the prober began, or a duration; in JSON in milliseconds.
type ms time.Duration

func (d ms) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(d) / float64(time.Millisecond))
}

// runProber asks from where it runs for what workloads need, until its input ends: that is also when whoever started it
// is gone. Probes that are under way are waited for. The protocol is that of driver/meter/protocol.ts.
func runProber(in io.Reader, out io.Writer) {
	// Ctrl-C reaches it through its input, after the last outcomes.
	signal.Ignore(syscall.SIGINT, syscall.SIGHUP)
	p := prober{start: time.Now(), done: make(chan outcome), underWay: map[ms]int{}}
	orders, parts, written := readOrders(in), make(chan []byte), make(chan struct{})
	go func() {
		defer close(written)
		for part := range parts {
			if _, err := out.Write(part); err != nil {
				os.Exit(1)
			}
		}
	}()
	parts <- p.told()
	// Until the first order there is nothing to ask.
	every, probes, writes := 0, time.NewTicker(time.Hour), time.NewTicker(writeEvery)
	for orders != nil || len(p.underWay) > 0 {
		select {
		case next, isOpen := <-orders:
			// At the end there is nothing left to ask.
			p.targets = next.Targets
			if !isOpen {
				orders = nil
			} else if next.EveryMs != every {
				every = next.EveryMs
				probes.Reset(time.Duration(every) * time.Millisecond)
			}
		case <-probes.C:
			p.probeAll()
		case each := <-p.done:
			p.take(each)
		case <-writes.C:
			p.offer(parts)
		}
	}
	parts <- p.told()
	close(parts)
	<-written
}

type prober struct {
	start   time.Time
	targets []target
	done    chan outcome
	// underWay counts the probes without an outcome yet, by when they were sent.
	underWay  map[ms]int
	unwritten []outcome
}

func (p *prober) now() ms {
	return ms(time.Since(p.start))
}

func (p *prober) probeAll() {
	at := p.now()
	for _, each := range p.targets {
		p.underWay[at]++
		go func() {
			lost := ask(each)
			p.done <- outcome{Target: each.Name, At: at, Ms: p.now() - at, Lost: lost}
		}()
	}
}

func (p *prober) take(each outcome) {
	p.unwritten = append(p.unwritten, each)
	if p.underWay[each.At]--; p.underWay[each.At] == 0 {
		delete(p.underWay, each.At)
	}
}

// offer hands on what is to be written, unless the reader is slow: what is asked must not wait for that.
func (p *prober) offer(parts chan<- []byte) {
	kept := p.unwritten
	select {
	case parts <- p.told():
	default:
		p.unwritten = kept
	}
}

// told gives the lines to be written, and holds none back.
func (p *prober) told() []byte {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, each := range p.unwritten {
		_ = encoder.Encode(each)
	}
	p.unwritten = nil
	last := pulse{Now: p.now()}
	last.ToldTo = last.Now
	for at := range p.underWay {
		last.ToldTo = min(last.ToldTo, at)
	}
	_ = encoder.Encode(last)
	return lines.Bytes()
}

// readOrders gives each line of the input, and closes at its end.
func readOrders(in io.Reader) <-chan order {
	orders := make(chan order)
	go func() {
		defer close(orders)
		lines := bufio.NewScanner(in)
		lines.Buffer(nil, longestOrder)
		for lines.Scan() {
			var next order
			if err := json.Unmarshal(lines.Bytes(), &next); err != nil {
				log.Fatal(err)
			}
			orders <- next
		}
	}()
	return orders
}
