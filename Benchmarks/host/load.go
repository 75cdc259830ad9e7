// Clients for Benchmarks/host: many requests at a fixed rate, and many who follow runs.
//
// usage: load requests ADDRESS KEY RATE SECONDS PLAN
//
//	load follow ADDRESS KEY COUNT sse|ws RUN...
//
// PLAN is a file with one kind of request per line: WEIGHT NAME METHOD PATH [BODY], all separated by tabs. A time begins
// when a request should have been sent, so that waiting for a host that is slow counts too.
//
// What was seen is written to standard output as JSON, one object per line.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

var address, key string

func main() {
	address, key = os.Args[2], os.Args[3]
	switch os.Args[1] {
	case "requests":
		rate, _ := strconv.Atoi(os.Args[4])
		seconds, _ := strconv.Atoi(os.Args[5])
		requests(rate, seconds, readPlan(os.Args[6]))
	case "follow":
		count, _ := strconv.Atoi(os.Args[4])
		follow(count, os.Args[5] == "ws", os.Args[6:])
	}
}

func say(value interface{}) {
	line, _ := json.Marshal(value)
	os.Stdout.Write(append(line, '\n'))
}

// Requests

type kind struct {
	weight             int
	name, method, path string
	body               []byte
}

func readPlan(path string) []kind {
	text, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	var kinds []kind
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		parts := strings.Split(line, "\t")
		weight, _ := strconv.Atoi(parts[0])
		one := kind{weight: weight, name: parts[1], method: parts[2], path: parts[3]}
		if len(parts) > 4 {
			one.body = []byte(parts[4])
		}
		kinds = append(kinds, one)
	}
	return kinds
}

type answer struct {
	name   string
	status int
	time   time.Duration
	run    string
}

func requests(rate, seconds int, kinds []kind) {
	client := &http.Client{
		Timeout:   60 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 256, MaxConnsPerHost: 256, DisableCompression: true},
	}
	total := 0
	for _, one := range kinds {
		total += one.weight
	}
	answers := make(chan answer, rate*seconds+1)
	var group sync.WaitGroup
	start := time.Now()
	for number := 0; number < rate*seconds; number++ {
		due := start.Add(time.Duration(number) * time.Second / time.Duration(rate))
		time.Sleep(time.Until(due))
		one := pick(kinds, total)
		group.Add(1)
		go func() {
			defer group.Done()
			answers <- send(client, one, due)
		}()
	}
	group.Wait()
	report(answers, time.Since(start))
}

func pick(kinds []kind, total int) kind {
	at := rand.Intn(total)
	for _, one := range kinds {
		if at -= one.weight; at < 0 {
			return one
		}
	}
	return kinds[0]
}

func send(client *http.Client, one kind, due time.Time) answer {
	var body io.Reader
	if one.body != nil {
		body = bytes.NewReader(one.body)
	}
	request, _ := http.NewRequest(one.method, address+one.path, body)
	request.Header.Set("Authorization", "Bearer "+key)
	if one.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := client.Do(request)
	if err != nil {
		return answer{name: one.name, time: time.Since(due)}
	}
	defer response.Body.Close()
	read, _ := io.ReadAll(response.Body)
	found := answer{name: one.name, status: response.StatusCode, time: time.Since(due)}
	if response.StatusCode == 202 {
		var run struct{ Run string }
		json.Unmarshal(read, &run)
		found.run = run.Run
	}
	return found
}

func report(answers chan answer, took time.Duration) {
	close(answers)
	times := map[string][]float64{}
	statuses := map[string]map[int]int{}
	runs := []string{}
	for one := range answers {
		for _, name := range []string{one.name, "all"} {
			times[name] = append(times[name], float64(one.time.Microseconds())/1000)
			if statuses[name] == nil {
				statuses[name] = map[int]int{}
			}
			statuses[name][one.status]++
		}
		if one.run != "" {
			runs = append(runs, one.run)
		}
	}
	for name, all := range times {
		sort.Float64s(all)
		at := func(share float64) float64 { return all[int(share*float64(len(all)-1))] }
		say(map[string]interface{}{
			"name": name, "count": len(all), "statuses": statuses[name], "p50": at(0.5), "p95": at(0.95),
			"p99": at(0.99), "max": at(1), "rate": float64(len(all)) / took.Seconds()})
	}
	say(map[string]interface{}{"runs": runs})
}

// Followers

type follower struct {
	run        string
	last       int
	count      int
	wrong      string
	connection net.Conn
	// Set from outside to have it connect again.
	drop  int32
	drops int
}

var connected, deliveries, ended int64

func follow(count int, isSocket bool, runs []string) {
	followers := make([]*follower, count)
	gate := make(chan struct{}, 200)
	var group sync.WaitGroup
	for number := range followers {
		one := &follower{run: runs[number%len(runs)]}
		followers[number] = one
		group.Add(1)
		gate <- struct{}{}
		go func() {
			defer group.Done()
			one.follow(isSocket, func() { <-gate })
			atomic.AddInt64(&ended, 1)
		}()
	}
	for atomic.LoadInt64(&connected) < int64(count) && atomic.LoadInt64(&ended) == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	say(map[string]interface{}{"connected": atomic.LoadInt64(&connected)})
	// Each line has a fifth of them connect again.
	go func() {
		lines := bufio.NewScanner(os.Stdin)
		for share := 0; lines.Scan(); share++ {
			for number, one := range followers {
				if number%5 == share%5 {
					atomic.StoreInt32(&one.drop, 1)
					one.connection.SetReadDeadline(time.Now())
				}
			}
			say(map[string]interface{}{"dropped": (count + 4) / 5})
		}
	}()
	group.Wait()
	seen, drops, wrong, problem := map[string]int{}, 0, 0, ""
	for _, one := range followers {
		seen[fmt.Sprintf("%s %d", one.run, one.last)]++
		drops += one.drops
		if one.wrong != "" {
			wrong++
			problem = one.wrong
		}
	}
	say(map[string]interface{}{
		"followers": count, "deliveries": deliveries, "reconnected": drops, "wrong": wrong, "problem": problem,
		"ends": seen})
}

// Follows until the host says that the run is over.
func (one *follower) follow(isSocket bool, isUp func()) {
	for {
		reader, err := one.connect(isSocket)
		if isUp != nil {
			isUp()
			isUp = nil
			atomic.AddInt64(&connected, 1)
		}
		if err != nil {
			one.wrong = err.Error()
			return
		}
		if reader == nil {
			return
		}
		if isSocket {
			err = one.readMessages(reader)
		} else {
			err = one.readEvents(reader)
		}
		one.connection.Close()
		if atomic.CompareAndSwapInt32(&one.drop, 1, 0) {
			one.drops++
			continue
		}
		if err != nil {
			one.wrong = err.Error()
		}
		return
	}
}

func (one *follower) connect(isSocket bool) (*bufio.Reader, error) {
	connection, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		return nil, err
	}
	one.connection = connection
	head := fmt.Sprintf("GET /api/v1/runs/%s/events HTTP/1.1\r\nLast-Event-ID: %d\r\n", one.run, one.last)
	if isSocket {
		head = fmt.Sprintf(
			"GET /api/v1/runs/%s/events/ws?after=%d HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
				"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", one.run, one.last)
	}
	fmt.Fprintf(connection, "%sHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n", head, key)
	reader := bufio.NewReaderSize(connection, 1024)
	first, err := reader.ReadString('\n')
	if err != nil {
		return nil, err
	}
	status := strings.Split(first, " ")[1]
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if line == "\r\n" {
			break
		}
	}
	switch status {
	case "200", "101":
		return reader, nil
	case "204":
		return nil, nil
	default:
		return nil, fmt.Errorf("status %s", status)
	}
}

func (one *follower) take(seq int) {
	if seq != one.last+1 {
		one.wrong = fmt.Sprintf("%d came after %d", seq, one.last)
	}
	one.last = seq
	one.count++
	atomic.AddInt64(&deliveries, 1)
}

func (one *follower) readEvents(reader *bufio.Reader) error {
	seq := 0
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return err
		}
		if strings.HasPrefix(line, "id: ") {
			seq, _ = strconv.Atoi(strings.TrimSpace(line[4:]))
		}
		// An event counts when it is whole.
		if line == "\n" && seq > 0 {
			one.take(seq)
			seq = 0
		}
		// The last chunk of the body.
		if line == "0\r\n" {
			return nil
		}
	}
}

func (one *follower) readMessages(reader *bufio.Reader) error {
	for {
		head := make([]byte, 2)
		if _, err := io.ReadFull(reader, head); err != nil {
			return err
		}
		length := int(head[1] & 127)
		for extra := map[int]int{126: 2, 127: 8}[length]; extra > 0; {
			more := make([]byte, extra)
			if _, err := io.ReadFull(reader, more); err != nil {
				return err
			}
			length, extra = 0, 0
			for _, octet := range more {
				length = length<<8 | int(octet)
			}
		}
		payload := make([]byte, length)
		if _, err := io.ReadFull(reader, payload); err != nil {
			return err
		}
		switch head[0] & 15 {
		case 1:
			var event struct{ Seq int }
			if err := json.Unmarshal(payload, &event); err != nil {
				return err
			}
			one.take(event.Seq)
		case 8:
			if length < 2 || payload[0] != 3 || payload[1] != 232 {
				return fmt.Errorf("closed: %v", payload)
			}
			return nil
		}
	}
}
