using System.Linq;
using GpuVSphere.Bitfusion;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Bitfusion;

public sealed class FlexDirectTextTests
{
    private const string Claim = """
        [INFO] 2021-03-29T01:05:36Z Query server 10.0.0.5:56001 to claim host id: 012b965d-93b8-465f-97eb-eaba51bc3599
        [WARN] 2021-03-29T01:05:37Z Error contacting server 10.0.0.5:56001 to verify client id: Get https://10.0.0.5:56001/claim_id: {0}
        Error: none of the servers responded correctly to client id claim requests.
        """;

    [Theory]
    [InlineData("/usr/bin/flexdirect\n", "flexdirect", "/usr/bin/flexdirect")]
    [InlineData("/usr/bin/bitfusion\n/opt/fd/flexdirect", "flexdirect", "/opt/fd/flexdirect")]
    [InlineData("/usr/bin/bitfusion", "bitfusion", "/usr/bin/bitfusion")]
    [InlineData("which: no flexdirect in (/usr/bin:/bin)", null, null)]
    [InlineData("alias flexdirect='echo'", null, null)]
    [InlineData("", null, null)]
    public void The_program_is_recognised_by_both_names(string text, string? name, string? path)
    {
        FlexDirectProgram? program = FlexDirectProgram.Read(text);
        Assert.Equal(name, program?.Name);
        Assert.Equal(path, program?.Path);
    }

    [Theory]
    [InlineData("Running resource scheduler on 0.0.0.0:56001 using 1 GPUs (0) with 1024 MiB of memory each", "0.0.0.0", 56001, 1, "0", 1024)]
    [InlineData("Flexdirect resource\n\n  Running resource scheduler on 0.0.0.0:56001 using 1 GPUs (0)  \n\nwith 1024 MiB of memory each\n10 MiB later", "0.0.0.0", 56001, 1, "0", 1024)]
    [InlineData("[INFO] x Running resource scheduler on 10.0.0.5:56002 using 2 GPUs (0,3) with 16160 MiB of memory each", "10.0.0.5", 56002, 2, "0 3", 16160)]
    [InlineData("Running resource scheduler on [::]:56001 using 4 GPUs (0, 1, 2, 3) with 16 GiB of memory each", "::", 56001, 4, "0 1 2 3", 16384)]
    [InlineData("Running resource scheduler on 0.0.0.0:56001", "0.0.0.0", 56001, null, "", null)]
    [InlineData("Running resource scheduler", null, null, null, "", null)]
    public void A_schedulers_first_line_is_read_however_it_is_broken(string text, string? host, int? port, int? count, string devices, int? memory)
    {
        SchedulerReport report = FlexDirectText.ReadScheduler(text)!;
        Assert.Equal((host, port, count, memory), (report.ListenAddress, report.Port, report.GpuCount, report.MemoryMB));
        Assert.Equal(devices, string.Join(" ", report.Devices));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Error: no GPU on 10.0.0.5:56001")]
    public void Without_that_line_nothing_is_said_of_a_scheduler(string text) => Assert.Null(FlexDirectText.ReadScheduler(text));

    [Theory]
    [InlineData("License has been initialized Attempting to refresh…\n\nRefresh successful. License is ready for use.\n\nFlexdirect is licensed and is ready for use.", true)]
    [InlineData("License is ready for use", true)]
    [InlineData("Flexdirect is not licensed.", false)]
    [InlineData("No valid license found.\nRefresh successful. License is ready for use.", true)]
    [InlineData("License was ready.\nError: license has expired", false)]
    [InlineData("Error: the license key is invalid", false)]
    [InlineData("Error: invalid license key", false)]
    [InlineData("unlicensed", false)]
    [InlineData("Attempting to refresh the license", null)]
    [InlineData("", null)]
    public void What_is_said_of_the_licence_is_read_and_the_last_word_counts(string text, bool? isReady) => Assert.Equal(isReady, FlexDirectText.ReadLicense(text));

    [Theory]
    [InlineData("Please enter your license key: ", true, false)]
    [InlineData("License key:", true, false)]
    [InlineData("Do you accept the license agreement? [y/N] ", false, true)]
    [InlineData("Do you agree to these terms? ", false, true)]
    [InlineData("License is ready for use.", false, false)]
    public void What_init_asks_is_told_apart(string text, bool key, bool accept)
    {
        Assert.Equal(key, FlexDirectText.AsksForKey(text) >= 0);
        Assert.Equal(accept, FlexDirectText.AsksToAccept(text) >= 0);
    }

    [Fact]
    public void A_list_of_gpus_is_read_without_resting_on_its_form()
    {
        const string Tree = """
            [INFO] 2021-03-29T01:05:36Z Query server 10.0.0.5:56001 to claim host id: 1
            - server 0 [10.0.0.5:56001]: running 0 tasks
               |- GPU 0: free memory 15109 MiB / 16160 MiB
               |- GPU 1: free memory 16160 MiB / 16160 MiB
            - server 1 [gpu-02.lab:56001]: running 1 tasks
               |- GPU 0: Tesla V100-PCIE-16GB, used 2048 MiB of 16160 MiB
            """;
        Assert.Equal(
            ["10.0.0.5:56001 0  16160 15109", "10.0.0.5:56001 1  16160 16160", "gpu-02.lab:56001 0 Tesla V100-PCIE-16GB 16160 14112"],
            FlexDirectText.ReadGpus(Tree).Select(gpu => $"{gpu.Server} {gpu.Index} {gpu.Name} {gpu.MemoryMB} {gpu.FreeMemoryMB}"));
    }

    [Theory]
    [InlineData("GPU 3", null, 3, null, null)]
    [InlineData("host 10.0.0.7 GPU #2: 8192 MiB", "10.0.0.7", 2, 8192, null)]
    [InlineData("  gpu 1 (16160 MB)", null, 1, 16160, null)]
    public void What_a_list_does_not_say_stays_open(string line, string? server, int index, int? memory, int? free)
    {
        FlexDirectGpuLine gpu = Assert.Single(FlexDirectText.ReadGpus(line));
        Assert.Equal((server, index, memory, free), (gpu.Server, gpu.Index, gpu.MemoryMB, gpu.FreeMemoryMB));
        Assert.Equal(line.Trim(), gpu.Text);
    }

    [Fact]
    public void A_failed_list_has_no_gpus() => Assert.Empty(FlexDirectText.ReadGpus(string.Format(null, Claim, "dial tcp 10.0.0.5:56001: i/o timeout")));

    [Theory]
    [InlineData("[PASS] Check driver", "Check driver", FlexDirectHealthStatus.Passed, null)]
    [InlineData("PASS: CUDA libraries: 10.0 found", "CUDA libraries", FlexDirectHealthStatus.Passed, "10.0 found")]
    [InlineData("  - NVIDIA driver ............ OK", "NVIDIA driver", FlexDirectHealthStatus.Passed, null)]
    [InlineData("ulimit: MARGINAL", "ulimit", FlexDirectHealthStatus.Warning, null)]
    [InlineData("[WARN] MTU is 1500", "MTU is 1500", FlexDirectHealthStatus.Warning, null)]
    [InlineData("Check scheduler [FAIL]", "Check scheduler", FlexDirectHealthStatus.Failed, null)]
    [InlineData("Scheduler: FAILED (connection refused)", "Scheduler", FlexDirectHealthStatus.Failed, "connection refused")]
    [InlineData("RDMA: SKIPPED", "RDMA", FlexDirectHealthStatus.Unknown, null)]
    [InlineData("Error: none of the servers responded", "none of the servers responded", FlexDirectHealthStatus.Failed, null)]
    public void A_check_is_read_wherever_its_outcome_stands(string line, string check, FlexDirectHealthStatus status, string? detail)
    {
        HealthLine read = Assert.Single(FlexDirectText.ReadHealth(line));
        Assert.Equal((check, status, detail, line), (read.Check, read.Status, read.Detail, read.Text));
    }

    [Fact]
    public void Checks_stand_under_the_machine_that_is_named_above_them()
    {
        string[] read = [.. FlexDirectText.ReadHealth("cpu-01:\n[PASS] Licence\n10.0.0.5:56001:\n[FAIL] Scheduler\nThis says nothing.").Select(check => $"{check.Node} {check.Check} {check.Status}")];
        Assert.Equal(["cpu-01 Licence Passed", "10.0.0.5:56001 Scheduler Failed"], read);
    }

    [Fact]
    public void What_is_logged_is_joined_with_the_error_that_it_led_to_and_with_nothing_else()
    {
        const string Warn = "[WARN] 2021-03-29T01:05:37Z ";
        string[] Joined(string text, bool hasFailed = true) => [.. FlexDirectText.Join(FlexDirectText.ReadHealth(text), hasFailed).Select(line => $"{line.Check} {line.Status} {line.Detail}".TrimEnd())];

        // Two servers that are away are the reasons of one error; so is what stands before it in its own line.
        Assert.Equal(["none responded Failed a is away; b is away"], Joined(Warn + "a is away\n" + Warn + "b is away\nError: none responded\n"));
        Assert.Equal(["none responded Failed a is away"], Joined(Warn + "a is away Error: none responded\n"));

        // The last that was logged is the error where it ended with one and names none.
        Assert.Equal(["b is away Failed a is away"], Joined(Warn + "a is away\n" + Warn + "b is away\n"));
        Assert.Equal(["a is away Warning", "b is away Warning"], Joined(Warn + "a is away\n" + Warn + "b is away\n", hasFailed: false));

        // Checks stay what they are.
        Assert.Equal(["Licence Passed", "Servers Failed none responded"], Joined("[PASS] Licence\n[FAIL] Servers: none responded\n"));
        Assert.Equal(["a is away Warning", "Licence Passed", "no room Failed"], Joined(Warn + "a is away\n[PASS] Licence\nError: no room\n"));
    }

    [Fact]
    public void A_report_that_could_not_be_made_tells_why()
    {
        HealthLine[] read = [.. FlexDirectText.ReadHealth("[INFO] 2021-03-29T01:05:36Z Query server health status\n[WARN] 2021-03-29T01:05:37Z Failed to parse servers.conf: read-only file system\nError: none of the servers responded correctly to client id claim requests.")];
        Assert.Equal(["Failed to parse servers.conf: read-only file system", "none of the servers responded correctly to client id claim requests."], read.Select(check => check.Check));
        Assert.Equal([FlexDirectHealthStatus.Warning, FlexDirectHealthStatus.Failed], read.Select(check => check.Status));

        HealthLine one = Assert.Single(FlexDirectText.Join(read, hasFailed: true));
        Assert.Equal((read[1].Check, FlexDirectHealthStatus.Failed, read[0].Check, read[0].Text + "\n" + read[1].Text), (one.Check, one.Status, one.Detail, one.Text));
    }

    [Theory]
    [InlineData("context deadline exceeded", "FlexDirectServerUnreachable")]
    [InlineData("dial tcp 10.0.0.5:56001: i/o timeout", "FlexDirectServerUnreachable")]
    [InlineData("dial tcp 10.0.0.5:56001: connect: connection refused", "FlexDirectSchedulerDown")]
    [InlineData("dial tcp: lookup gpu-09.lab on 10.0.0.2:53: no such host", "FlexDirectServerUnknown")]
    public void A_server_that_is_not_reached_is_explained(string reason, string id)
    {
        GpuVSphereException error = FlexDirectTrouble.Explain(new ShellResult(1, string.Empty, string.Format(null, Claim, reason)), "cpu-01")!;
        Assert.Equal(id, error.Id);
        Assert.Contains("cpu-01", error.Message + error.NextStep);
        Assert.Contains("none of the servers responded correctly", error.Message);
    }

    [Theory]
    [InlineData(127, "sh: 1: flexdirect: not found", "FlexDirectMissing")]
    [InlineData(1, "[WARN] 2021-03-29T01:05:37Z Failed to parse x/servers.conf: open x/servers.conf: read-only file system\nError: none of the servers responded correctly to client id claim requests.", "FlexDirectServersConf")]
    [InlineData(1, "Error: Flexdirect is not licensed", "FlexDirectNotLicensed")]
    [InlineData(1, "Error: no servers configured", "FlexDirectNoServers")]
    [InlineData(1, "Error: not enough GPU memory on any server", "FlexDirectNoRoom")]
    public void A_failure_of_flexdirect_is_explained(int status, string text, string id) =>
        Assert.Equal(id, FlexDirectTrouble.Explain(new ShellResult(status, string.Empty, text), "cpu-01")?.Id);

    [Theory]
    [InlineData(0, "Error: not licensed")]
    [InlineData(9, "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. not enough memory")]
    [InlineData(127, "sh: 1: train.py: not found")]
    [InlineData(3, "[WARN] 2021-03-29T01:05:37Z Error contacting server 10.0.0.6:56001 to verify client id: dial tcp 10.0.0.6:56001: connect: connection refused\nhi")]
    [InlineData(1, "Error: not enough memory")]
    [InlineData(1, "Error: the file is licensed to nobody")]
    public void What_a_program_says_of_itself_is_not_flexdirects_trouble(int status, string text) =>
        Assert.Null(FlexDirectTrouble.Explain(new ShellResult(status, text, string.Empty), "cpu-01"));

    [Fact]
    public void A_failure_that_is_not_known_is_told_in_its_own_words()
    {
        GpuVSphereException error = FlexDirectTrouble.Failed(new ShellResult(3, "a\nError: what nobody has seen\nb", string.Empty), "flexdirect list_gpus", "cpu-01");
        Assert.Equal("FlexDirectFailed", error.Id);
        Assert.Contains("flexdirect list_gpus on cpu-01 ended with 3: Error: what nobody has seen", error.Message);
    }
}
