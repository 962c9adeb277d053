package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// timeout is the time after which a probe without an answer counts as lost.
const timeout = time.Second

// noAnswer is why such a probe was lost.
const noAnswer = "no answer in 1 s"

// target is what is asked, and how. Which fields it has hangs on By, "http" or "dns".
type target struct {
	Name     string `json:"name"`
	By       string `json:"by"`
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Node     string `json:"node"`
	Server   string `json:"server"`
	Question string `json:"question"`
}

// ask asks once, over a connection of its own. It says why it got no answer; nothing where it got one.
func ask(t target) string {
	if t.By == "dns" {
		return askDNS(t)
	}
	return askHTTP(t)
}

func connect(network, address string) (net.Conn, error) {
	deadline := time.Now().Add(timeout)
	conn, err := (&net.Dialer{Deadline: deadline, KeepAlive: -1}).Dial(network, address)
	if err == nil {
		err = conn.SetDeadline(deadline)
	}
	return conn, err
}

func askHTTP(t target) string {
	conn, err := connect("tcp", net.JoinHostPort(t.Host, strconv.Itoa(t.Port)))
	if err != nil {
		return reason(err)
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "GET / HTTP/1.0\r\nHost: %s\r\n\r\n", t.Host); err != nil {
		return reason(err)
	}
	said, err := io.ReadAll(io.LimitReader(conn, 1<<16))
	if err != nil {
		return reason(err)
	}
	return judge(said, t.Node)
}

// judge says why an answer does not count. The probe's answer names its node.
func judge(said []byte, node string) string {
	if len(said) == 0 {
		return "an empty answer"
	}
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(said)), nil)
	if err != nil {
		return "no answer of HTTP"
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return response.Proto + " " + response.Status
	}
	if node == "" {
		return ""
	}
	var from answer
	if err := json.NewDecoder(response.Body).Decode(&from); err != nil {
		return "answered by something else"
	}
	if from.Node != node {
		return "answered by " + from.Node
	}
	return ""
}

// askDNS asks from a port of its own: one that is kept would stay on the replica that it found first.
func askDNS(t target) string {
	address := t.Server
	if net.ParseIP(address) != nil {
		address = net.JoinHostPort(address, "53")
	}
	conn, err := connect("udp", address)
	if err != nil {
		return reason(err)
	}
	defer conn.Close()
	// The port is new each time, so that no older answer can come to it.
	const id = 1
	if _, err := conn.Write(question(id, t.Question)); err != nil {
		return reason(err)
	}
	said := make([]byte, 1<<12)
	n, err := conn.Read(said)
	if err != nil {
		return reason(err)
	}
	return judgeDNS(said[:n], id)
}

// question asks for the IPv4 addresses of a name, with recursion, as RFC 1035 has it.
func question(id byte, name string) []byte {
	message := []byte{0, id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}
	for _, label := range strings.Split(name, ".") {
		message = append(append(message, byte(len(label))), label...)
	}
	const typeA, classIN = 1, 1
	return append(message, 0, 0, typeA, 0, classIN)
}

func judgeDNS(said []byte, id byte) string {
	const header, isAnswer, codes = 12, 0x80, 0x0f
	if len(said) < header || said[0] != 0 || said[1] != id || said[2]&isAnswer == 0 {
		return "no answer of DNS"
	}
	if code := said[3] & codes; code != 0 {
		return fmt.Sprintf("DNS answers with code %d", code)
	}
	if said[6] == 0 && said[7] == 0 {
		return "DNS answers without an address"
	}
	return ""
}

func reason(err error) string {
	var timed net.Error
	if errors.As(err, &timed) && timed.Timeout() {
		return noAnswer
	}
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	return err.Error()
}
