using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.Core.Tests.GuestOs;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Bitfusion;

public sealed class FlexDirectReaderTests
{
    private const string Path = "/usr/bin/flexdirect";
    private const string Unreachable = "[WARN] 2021-03-29T01:05:37Z Error contacting server 10.0.0.6:56001 to verify client id: Get https://10.0.0.6:56001/claim_id: dial tcp 10.0.0.6:56001: i/o timeout\n";

    private static readonly PlanTarget s_vm = new(new VimObjectId("vc-1", new ManagedObjectReference("VirtualMachine", "vm-1")), "cpu-01", "vc.example");

    private readonly List<string> _warnings = [];

    [Fact]
    public async Task Gpus_are_listed_with_their_servers()
    {
        FakeGuest guest = Client().On(Path + " list_gpus", "- server 0 [10.0.0.5:56001]: running 0 tasks\n   |- GPU 0: free memory 15109 MiB / 16160 MiB\n", error: Unreachable);
        FlexDirectGpu gpu = Assert.Single(await FlexDirectReader.ReadGpusAsync(s_vm, guest, _warnings.Add, CancellationToken.None));
        Assert.Equal(("cpu-01", "10.0.0.5:56001", 0, 16160, 15109), (gpu.VmName, gpu.ServerAddress, gpu.Index, gpu.MemoryMB, gpu.FreeMemoryMB));
        Assert.Contains("10.0.0.6:56001", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.All(guest.Commands, command => Assert.False(command.AsRoot));
    }

    [Fact]
    public async Task A_list_in_an_unknown_form_is_given_as_it_came()
    {
        FlexDirectGpu gpu = Assert.Single(await FlexDirectReader.ReadGpusAsync(s_vm, Client().On(Path + " list_gpus", "one accelerator on 10.0.0.5\n"), _warnings.Add, CancellationToken.None));
        Assert.Equal(("one accelerator on 10.0.0.5", (int?)null), (gpu.Text, gpu.Index));
        Assert.Contains("list_gpus", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_failed_is_an_error_with_its_reason()
    {
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => FlexDirectReader.ReadGpusAsync(
            s_vm, Client().On(Path + " list_gpus", exitCode: 1, error: Unreachable + "Error: none of the servers responded correctly to client id claim requests."), _warnings.Add, CancellationToken.None));
        Assert.Equal("FlexDirectServerUnreachable", error.Id);
    }

    [Fact]
    public async Task The_later_program_is_asked_by_its_own_name()
    {
        FakeGuest guest = new FakeGuest().On(FlexDirectProgram.Question, "/usr/bin/bitfusion\n").On("/usr/bin/bitfusion smi", "| 0 not a table\n");
        Assert.Null(Assert.Single(await FlexDirectReader.ReadSmiAsync(s_vm, guest, _warnings.Add, CancellationToken.None)).Index);
    }

    [Fact]
    public async Task Each_server_has_a_table_of_its_own()
    {
        const string Table = """
            +------------------------------------------------+
            | NVIDIA-SMI 418.87.00    Driver Version: 418.87.00     CUDA Version: 10.1    |
            |   0  Tesla V100-PCIE Off  | 00000000:0B:00.0 Off |                    0 |
            | N/A   38C    P0    30W / 250W |   1024MiB / 16384MiB |      0%      Default |
            | Processes:                                     |
            """;
        FlexDirectGpu[] gpus = [.. await FlexDirectReader.ReadSmiAsync(s_vm, Client().On(Path + " smi", Table + "\n" + Table.Replace("0  Tesla V100-PCIE", "0  Tesla P40", StringComparison.Ordinal)), Assert.Fail, CancellationToken.None)];
        Assert.Equal(["0 Tesla V100-PCIE 16384 15360 418.87.00", "0 Tesla P40 16384 15360 418.87.00"], gpus.Select(gpu => $"{gpu.Index} {gpu.Name} {gpu.MemoryMB} {gpu.FreeMemoryMB} {gpu.DriverVersion}"));
    }

    [Fact]
    public async Task A_guest_without_the_program_and_one_with_Windows_say_so()
    {
        Task Ask(FakeGuest guest) => FlexDirectReader.ReadGpusAsync(s_vm, guest, _warnings.Add, CancellationToken.None);
        Assert.Equal("FlexDirectMissing", (await Assert.ThrowsAsync<GpuVSphereException>(() => Ask(new FakeGuest().On(FlexDirectProgram.Question, exitCode: 127)))).Id);
        Assert.Equal("FlexDirectNeedsLinux", (await Assert.ThrowsAsync<GpuVSphereException>(() => Ask(new FakeGuest { Family = GuestFamily.Windows }))).Id);
    }

    [Fact]
    public async Task Servers_are_read_with_what_is_no_address_told()
    {
        FakeGuest guest = Client().WithFile("/etc/bitfusionio/servers.conf", "# lab\n10.0.0.5\ngpu 02\n[2001:db8::5]:56002 # by IPv6\n");
        FlexDirectServer[] servers = [.. await FlexDirectReader.ReadServersAsync(s_vm, guest, null, _warnings.Add, CancellationToken.None)];
        Assert.Equal(["10.0.0.5 56001 False", "  False", "2001:db8::5 56002 True"], servers.Select(server => $"{server.ServerAddress} {server.Port} {server.HasPort}"));
        Assert.Contains("'gpu 02'", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Equal("/etc/bitfusionio/servers.conf", servers[0].Path);
    }

    [Fact]
    public async Task The_later_program_reads_the_file_of_its_user_first()
    {
        FakeGuest guest = new FakeGuest { UserName = "ad min" }.On(FlexDirectProgram.Question, "/usr/bin/bitfusion\n").On("getent passwd 'ad min'", "ad min:x:1000:1000::/people/admin:/bin/sh\n")
            .WithFile("/etc/bitfusionio/servers.conf", "10.0.0.9\n").WithFile("/people/admin/.bitfusion/servers.conf", "servers:\n- addresses:\n  - 10.0.0.5:56001\n  - gpu-01:56001\n");
        FlexDirectServer server = Assert.Single(await FlexDirectReader.ReadServersAsync(s_vm, guest, null, _warnings.Add, CancellationToken.None));
        Assert.Equal(("10.0.0.5", "gpu-01:56001", ServersConfForm.Yaml), (server.ServerAddress, server.OtherAddresses.Single(), server.Form));
    }

    [Fact]
    public async Task A_guest_that_does_not_tell_the_home_of_its_user_takes_a_file_by_name()
    {
        FakeGuest guest = new FakeGuest().On(FlexDirectProgram.Question, "/usr/bin/bitfusion\n").On("getent passwd admin", exitCode: 2).WithFile("/srv/servers.conf", "10.0.0.5\n");
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => FlexDirectReader.ReadServersAsync(s_vm, guest, null, _warnings.Add, CancellationToken.None));
        Assert.Equal("GuestHomeUnknown", error.Id);
        Assert.Contains("-Path", error.NextStep, StringComparison.Ordinal);
        Assert.Single(await FlexDirectReader.ReadServersAsync(s_vm, guest, "/srv/servers.conf", _warnings.Add, CancellationToken.None));
    }

    [Fact]
    public async Task A_client_without_the_file_has_no_servers_and_is_told_so()
    {
        Assert.Empty(await FlexDirectReader.ReadServersAsync(s_vm, Client(), null, _warnings.Add, CancellationToken.None));
        Assert.Contains("/etc/bitfusionio/servers.conf", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_is_asked_for_health_and_a_server_for_localhealth_and_one_that_is_both_for_both()
    {
        FakeGuest client = Client().On(FlexDirectGuest.ProcessesQuestion, "  PID COMMAND\n").On("nvidia-smi -L", exitCode: 127, error: "sh: 1: nvidia-smi: not found").On(Path + " health", "cpu-01:\n[PASS] License\n[FAIL] Servers: none responded\n", 1);
        Assert.Equal(
            ["health cpu-01 License Passed ", "health cpu-01 Servers Failed none responded"],
            (await FlexDirectReader.ReadHealthAsync(s_vm, client, null, CancellationToken.None)).Select(check => $"{check.Report} {check.Node} {check.Check} {check.Status} {check.Detail}"));

        FakeGuest both = client.On(FlexDirectGuest.ProcessesQuestion, " 77 /usr/bin/flexdirect resource_scheduler\n").On(Path + " localhealth", "all is well\n").WithFile("/etc/bitfusionio/servers.conf", "127.0.0.1\n");
        Assert.Equal(["localhealth Unknown", "health Passed", "health Failed"], (await FlexDirectReader.ReadHealthAsync(s_vm, both, null, CancellationToken.None)).Select(check => $"{check.Report} {check.Status}"));
        Assert.Equal(["localhealth"], (await FlexDirectReader.ReadHealthAsync(s_vm, both, FlexDirectRole.Server, CancellationToken.None)).Select(check => check.Report).Distinct());
        Assert.Equal(["health"], (await FlexDirectReader.ReadHealthAsync(s_vm, both, FlexDirectRole.Client, CancellationToken.None)).Select(check => check.Report).Distinct());
    }

    [Fact]
    public async Task A_report_that_fails_without_a_failed_check_is_a_failed_check()
    {
        FlexDirectHealthCheck check = Assert.Single(await FlexDirectReader.ReadHealthAsync(s_vm, Client().On(Path + " health", "Segmentation fault\n", 139), FlexDirectRole.Client, CancellationToken.None));
        Assert.Equal((FlexDirectHealthStatus.Failed, "139", "Segmentation fault"), (check.Status, check.Detail, check.Text));
    }

    [Theory]
    [InlineData("[WARN] 2021-03-29T01:05:37Z Failed to parse servers.conf: read-only file system\nError: none of the servers responded\n")]
    [InlineData("[WARN] 2021-03-29T01:05:37Z Failed to parse servers.conf: read-only file system Error: none of the servers responded\n")]
    public async Task A_report_that_fails_is_one_row_with_its_reason_and_what_to_type(string said)
    {
        FlexDirectHealthCheck check = Assert.Single(await FlexDirectReader.ReadHealthAsync(s_vm, Client().On(Path + " health", exitCode: 1, error: said), FlexDirectRole.Client, CancellationToken.None));
        Assert.Equal(("none of the servers responded", FlexDirectHealthStatus.Failed, said.Trim()), (check.Check, check.Status, check.Text));
        Assert.StartsWith("Failed to parse servers.conf: read-only file system. Get-FlexDirectServer -VM ", check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_gives_exit_code_output_and_errors_and_its_lines_as_they_come()
    {
        List<string> lines = [];
        FakeGuest guest = Client().On(Path + " run -n 1 -m 2048 train.py '$(reboot)'", "one\ntwo\n", 3, "careful\n");
        FlexDirectRun run = await FlexDirectReader.RunAsync(s_vm, guest, new FlexDirectRunRequest { Program = "train.py", Arguments = ["$(reboot)"], MemoryMB = 2048, TimeLimit = TimeSpan.FromSeconds(5) }, lines.Add, CancellationToken.None);
        Assert.Equal((3, "one two", "careful"), (run.ExitCode, string.Join(" ", run.Output), string.Join(" ", run.ErrorOutput)));
        Assert.Null(run.Refusal);
        Assert.Equal(["one", "two", "careful"], lines);
        Assert.Equal(TimeSpan.FromSeconds(5), guest.Commands[^1].Timeout);
    }

    [Fact]
    public async Task A_run_that_took_too_long_says_so_and_one_that_FlexDirect_could_not_begin_says_why()
    {
        FakeGuest guest = Client().On(command => command.CommandLine.Contains(" run ", StringComparison.Ordinal), (_, _) => throw new GuestCommandTimeoutException("cpu-01", TimeSpan.FromSeconds(2), "epoch 1\nepo", "careful\n"));
        FlexDirectRunTimeoutException late = await Assert.ThrowsAsync<FlexDirectRunTimeoutException>(() => FlexDirectReader.RunAsync(s_vm, guest, new FlexDirectRunRequest { Program = "sleep", TimeLimit = TimeSpan.FromSeconds(2) }, null, CancellationToken.None));
        Assert.Equal("FlexDirectRunTimeout", late.Id);
        Assert.Contains("2 seconds", late.Message, StringComparison.Ordinal);
        Assert.Equal((true, null, "epoch 1|epo", "careful"), (late.Run.IsTimedOut, late.Run.ExitCode, string.Join("|", late.Run.Output), Assert.Single(late.Run.ErrorOutput)));
        Assert.Contains(" run -n 1 sleep", late.Run.CommandLine, StringComparison.Ordinal);

        guest.On(Path + " run -n 9 x", exitCode: 1, error: "Error: not enough GPUs on any server");
        FlexDirectRun full = await FlexDirectReader.RunAsync(s_vm, guest, new FlexDirectRunRequest { Program = "x", GpuCount = 9 }, null, CancellationToken.None);
        Assert.Equal((1, "Error: not enough GPUs on any server", "FlexDirectNoRoom"), (full.ExitCode, Assert.Single(full.ErrorOutput), full.Refusal?.Id));
    }

    [Fact]
    public async Task What_cannot_be_run_does_not_reach_the_guest()
    {
        FakeGuest guest = new();
        await Assert.ThrowsAsync<GpuVSphereException>(() => FlexDirectReader.RunAsync(s_vm, guest, new FlexDirectRunRequest { Program = "x", GpuCount = 0 }, null, CancellationToken.None));
        Assert.Empty(guest.Ran);
    }

    private static FakeGuest Client() => new FakeGuest().On(FlexDirectProgram.Question, Path + "\n").On("getent passwd admin", "admin:x:1000:1000::/people/admin:/bin/sh\n");
}
