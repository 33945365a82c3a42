// Reading the GPU inventory from vcsim, against curl fetching the same replies.
//   dotnet run -c Release --project tests/benchmarks/GpuVSphere.Benchmarks [-- HOSTS VMS ROUNDS]
// 1,000 hosts, 10,000 VMs and 5 rounds when nothing else is said. Needs vcsim, govc, curl, python3 with pyVmomi and gpu_inventory.py.
using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using GpuVSphere.Benchmarks;
using GpuVSphere.Inventory;
using GpuVSphere.Peers.Tests;
using GpuVSphere.Vim;

string[] missing = [.. new[] { Peer.Vcsim, Peer.Govc, Peer.Curl, Peer.Pyvmomi, Peer.GpuInventory }.Select(peer => peer.Missing).OfType<string>()];
if (missing.Length > 0)
{
    Console.Error.WriteLine("The benchmark cannot run here:\n  " + string.Join("\n  ", missing));
    return 2;
}

int hosts = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1000;
int vms = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10_000;
int rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5;
int clusters = Math.Max(1, hosts / 100);

DirectoryInfo folder = Directory.CreateTempSubdirectory("gpuvsphere-benchmark-");
try
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Making a vCenter of {hosts} hosts and {vms} VMs with vcsim …"));
    using VcsimServer vcsim = VcsimServer.StartWithGpus(
        folder.FullName,
        "-cluster", Text(clusters), "-host", Text(hosts / clusters), "-standalone-host", "0", "-vm", Text(vms / clusters));

    VimServer http = VimServer.Http(vcsim.HostAndPort, new VimHttpOptions { SkipCertificateCheck = true });
    using RecordingTransport transport = new(http.Transport);
    using VimServer server = new(http.Name, transport, http.Files, http.Clock);
    using VimSession session = await VimSession.ConnectAsync(server, new VimCredential(vcsim.UserName, vcsim.Password.ToCharArray()), CancellationToken.None);

    Measurement ours = new();
    Measurement processor = new();
    Measurement theirs = new();
    GpuInventory inventory = await InventoryReader.ReadAsync(session, InventoryScope.Everything, CancellationToken.None);
    string[] curl = CurlArguments(folder, vcsim, transport);
    long bytes = Fetch(curl).Bytes;
    for (int round = 0; round < rounds; round++)
    {
        GC.Collect();
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        Stopwatch watch = Stopwatch.StartNew();
        inventory = await InventoryReader.ReadAsync(session, InventoryScope.Everything, CancellationToken.None);
        watch.Stop();
        ours.Add(watch.Elapsed);
        processor.Add(Process.GetCurrentProcess().TotalProcessorTime - before);

        theirs.Add(Fetch(curl).Elapsed);
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
        read        {inventory.Hosts.Count} hosts, {inventory.Hosts.Sum(host => host.Devices.Count)} GPUs, {inventory.Vms.Count} VMs; {bytes / 1e6:F1} MB in {transport.Reads.Count / (rounds + 1)} reads; median of {rounds}
        GpuVSphere  {ours.Seconds:F2} s ({processor.Seconds:F2} s of processor time), {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576} MiB at most
        curl        {theirs.Seconds:F2} s, the same replies thrown away
        ratio       {ours.Seconds / theirs.Seconds:F2}
        """));
    await session.LogoutAsync(CancellationToken.None);
    return 0;
}
finally
{
    folder.Delete(recursive: true);
}

static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

// One curl for all reads, over one connection, as our client does it.
static string[] CurlArguments(DirectoryInfo folder, VcsimServer vcsim, RecordingTransport transport) =>
    [.. transport.Reads.SelectMany((read, index) =>
    {
        string body = Path.Combine(folder.FullName, Text(index) + ".xml");
        File.WriteAllBytes(body, read.Body!);
        string[] one =
        [
            "-s", "-k", "-o", OperatingSystem.IsWindows() ? "NUL" : "/dev/null", "-w", "%{size_download}\\n",
            "-H", "SOAPAction: " + read.SoapAction, "-H", "Content-Type: text/xml; charset=\"utf-8\"",
            "-H", "Cookie: vmware_soap_session=" + read.Cookie, "--data-binary", "@" + body, vcsim.Address.ToString(),
        ];
        return index == 0 ? one : ["--next", .. one];
    })];

static (long Bytes, TimeSpan Elapsed) Fetch(string[] arguments)
{
    ProcessStartInfo start = new(Peer.Curl.Path, arguments) { RedirectStandardOutput = true };
    Stopwatch watch = Stopwatch.StartNew();
    using Process process = Process.Start(start)!;
    string output = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    watch.Stop();
    return process.ExitCode != 0
        ? throw new InvalidOperationException($"curl ended with {process.ExitCode}.")
        : (output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Sum(line => long.Parse(line, CultureInfo.InvariantCulture)), watch.Elapsed);
}
