// One process that is a whole Kubernetes control plane: etcd, kube-apiserver, kube-controller-manager and
// kube-scheduler, each with its upstream code and flags. It reads the certificates in --pki-dir, keeps its data
// in --data-dir and listens on --bind-address:6443 only; etcd is reached through a socket file in --data-dir.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli/globalflag"
	"k8s.io/component-base/logs"
	logsapi "k8s.io/component-base/logs/api/v1"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	scheduleroptions "k8s.io/kubernetes/cmd/kube-scheduler/app/options"
)

func main() {
	dataDir := flag.String("data-dir", "", "folder of etcd's data")
	pkiDir := flag.String("pki-dir", "", "folder of certificates, keys and kubeconfigs")
	address := flag.String("bind-address", "127.0.0.1", "address of the API server")
	port := flag.Int("secure-port", 6443, "port of the API server")
	serviceCIDR := flag.String("service-cidr", "10.96.0.0/16", "addresses of Services")
	webhook := flag.String("authentication-webhook-config", "", "kubeconfig of a TokenReview webhook")
	flag.Parse()
	pki := func(name string) string { return filepath.Join(absolute(*pkiDir), name) }
	webhookFile := ""
	if *webhook != "" {
		webhookFile = absolute(*webhook)
	}

	etcd := startEtcd(absolute(*dataDir))
	defer etcd.Close()
	logsapi.ReapplyHandling = logsapi.ReapplyHandlingIgnoreUnchanged

	stopped := make(chan error, 4)
	api := apiserver.NewAPIServerCommand()
	api.SetArgs(apiServerArgs(*address, *port, *serviceCIDR, webhookFile, pki))
	go func() { stopped <- named("kube-apiserver", api.Execute()) }()

	go func() { // the others give up on an API server that has not set up its roles yet
		if err := waitUntilReady(api.Context(), fmt.Sprintf("https://%s:%d/readyz", *address, *port), pki("ca.crt")); err != nil {
			stopped <- err
			return
		}
		manager := controllers.NewControllerManagerCommand()
		manager.SetArgs(controllerManagerArgs(*serviceCIDR, pki))
		go func() { stopped <- named("kube-controller-manager", manager.Execute()) }()
		stopped <- named("kube-scheduler", runScheduler(api.Context(), pki("scheduler.kubeconfig")))
	}()

	err := <-stopped
	if api.Context().Err() == nil { // nobody asked us to stop: a part died, and the rest is of no use without it
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	select { // the API server ends its watches first, so that clients see an orderly end
	case <-stopped:
	case <-time.After(3 * time.Second):
	}
}

func apiServerArgs(address string, port int, cidr, webhook string, pki func(string) string) []string {
	args := []string{
		"--etcd-servers=unix://etcd.sock",
		"--bind-address=" + address,
		"--advertise-address=" + address,
		fmt.Sprintf("--secure-port=%d", port),
		"--tls-cert-file=" + pki("apiserver.crt"),
		"--tls-private-key-file=" + pki("apiserver.key"),
		"--client-ca-file=" + pki("ca.crt"),
		"--kubelet-client-certificate=" + pki("kubelet-client.crt"),
		"--kubelet-client-key=" + pki("kubelet-client.key"),
		"--kubelet-preferred-address-types=InternalIP",
		"--service-account-key-file=" + pki("service-accounts.pub"),
		"--service-account-signing-key-file=" + pki("service-accounts.key"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-cluster-ip-range=" + cidr,
		"--authorization-mode=RBAC",
		"--allow-privileged", // as EKS has it: who may run such a pod is for policies to say
		"--endpoint-reconciler-type=none",
		"--enable-admission-plugins=NodeRestriction",
		"--profiling=false",
		"--shutdown-delay-duration=0s",
		"--shutdown-send-retry-after=true",
	}
	if webhook != "" {
		args = append(args,
			"--authentication-token-webhook-config-file="+webhook,
			"--authentication-token-webhook-cache-ttl=10s",
			"--authentication-token-webhook-version=v1")
	}
	return args
}

func controllerManagerArgs(cidr string, pki func(string) string) []string {
	return []string{
		"--kubeconfig=" + pki("controller-manager.kubeconfig"),
		"--authentication-kubeconfig=" + pki("controller-manager.kubeconfig"),
		"--authorization-kubeconfig=" + pki("controller-manager.kubeconfig"),
		"--service-account-private-key-file=" + pki("service-accounts.key"),
		"--root-ca-file=" + pki("ca.crt"),
		"--use-service-account-credentials=true",
		"--service-cluster-ip-range=" + cidr,
		"--secure-port=0",
		"--leader-elect=false",
		"--flex-volume-plugin-dir=" + pki("no-plugins"),
		"--node-monitor-period=2s",
		"--node-monitor-grace-period=20s",
		// Pods have loopback addresses here, which the API refuses in endpoints: the node's proxy finds them by itself.
		"--controllers=*,-endpoints-controller,-endpointslice-controller,-endpointslice-mirroring-controller," +
			"-node-ipam-controller,-node-route-controller,-service-lb-controller,-cloud-node-lifecycle-controller",
	}
}

func waitUntilReady(ctx context.Context, address, authority string) error {
	pem, err := os.ReadFile(authority)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	client := http.Client{
		Timeout:   2 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
	}
	for {
		if answer, err := client.Get(address); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func runScheduler(ctx context.Context, kubeconfig string) error {
	options := scheduleroptions.NewOptions()
	flags := pflag.NewFlagSet("kube-scheduler", pflag.ContinueOnError)
	globalflag.AddGlobalFlags(options.Flags.FlagSet("global"), "kube-scheduler", logs.SkipLoggingConfigurationFlags())
	for _, set := range options.Flags.FlagSets {
		flags.AddFlagSet(set)
	}
	err := flags.Parse([]string{
		"--kubeconfig=" + kubeconfig,
		"--authentication-kubeconfig=" + kubeconfig,
		"--authorization-kubeconfig=" + kubeconfig,
		"--secure-port=0",
		"--leader-elect=false",
	})
	if err != nil {
		return err
	}
	completed, instance, err := scheduler.Setup(ctx, options)
	if err != nil {
		return err
	}
	return scheduler.Run(ctx, completed, instance)
}

// startEtcd listens on socket files in dataDir, named relative to it because the kernel allows them 107 characters.
func startEtcd(dataDir string) *embed.Etcd {
	check(os.MkdirAll(dataDir, 0o700))
	check(os.Chdir(dataDir))
	for _, socket := range []string{"etcd.sock", "peer.sock"} {
		_ = os.Remove(socket)
	}
	config := embed.NewConfig()
	config.Dir = filepath.Join(dataDir, "etcd")
	config.ListenClientUrls = []url.URL{{Scheme: "unix", Host: "etcd.sock"}}
	config.AdvertiseClientUrls = []url.URL{{Scheme: "http", Host: "no-clients:2379"}} // a name is required, and never dialled
	config.ListenPeerUrls = []url.URL{{Scheme: "unix", Host: "peer.sock"}}
	config.AdvertisePeerUrls = []url.URL{{Scheme: "http", Host: "no-peers:2380"}}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.LogLevel = "error"
	config.AutoCompactionMode = "periodic"
	config.AutoCompactionRetention = "10m"
	etcd, err := embed.StartEtcd(config)
	check(err)
	select {
	case <-etcd.Server.ReadyNotify():
	case err := <-etcd.Err():
		check(err)
	case <-time.After(60 * time.Second):
		check(fmt.Errorf("etcd in %s is not ready after 60 s", dataDir))
	}
	return etcd
}

func named(part string, err error) error {
	if err == nil {
		return fmt.Errorf("%s ended", part)
	}
	return fmt.Errorf("%s: %s", part, strings.TrimSpace(err.Error()))
}

func absolute(path string) string {
	full, err := filepath.Abs(path)
	check(err)
	return full
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
