// Command echo is the probe's HTTP server: it says which pod answered, and whom it saw asking. As `echo prober` it is the
// other side, which asks.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// lameDuck is the time in which a Service still sends requests to a pod that has been told to stop: SHUTDOWN_SECONDS,
// or none where that is not set.
func lameDuck() (time.Duration, error) {
	seconds, found := os.LookupEnv("SHUTDOWN_SECONDS")
	if !found {
		return 0, nil
	}
	n, err := strconv.ParseUint(seconds, 10, 16)
	if err != nil {
		return 0, fmt.Errorf("SHUTDOWN_SECONDS is %q; it is a number of seconds", seconds)
	}
	return time.Duration(n) * time.Second, nil
}

// answer is the body of GET /.
type answer struct {
	Pod    string `json:"pod"`
	Node   string `json:"node"`
	IP     string `json:"ip"`
	Remote string `json:"remote"`
}

func main() {
	switch {
	case len(os.Args) == 1:
		answerHTTP()
	case len(os.Args) == 2 && os.Args[1] == "prober":
		runProber(os.Stdin, os.Stdout)
	default:
		log.Fatalf("usage: %s [prober]", os.Args[0])
	}
}

// answerHTTP answers until it is told to end.
func answerHTTP() {
	serve, err := lameDuck()
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		remote, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			remote = r.RemoteAddr
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer{
			Pod:    os.Getenv("POD_NAME"),
			Node:   os.Getenv("NODE_NAME"),
			IP:     os.Getenv("POD_IP"),
			Remote: remote,
		})
	})
	// It is the pod's first process, and what others start there may end after them: nobody waits for that.
	signal.Ignore(syscall.SIGCHLD)

	server := &http.Server{Addr: ":8080", Handler: mux, ReadHeaderTimeout: 5 * time.Second}

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-stop
		time.Sleep(serve)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Shutdown(ctx)
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	<-done
}
