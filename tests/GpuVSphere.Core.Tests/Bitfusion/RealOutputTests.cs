using System;
using System.IO;
using System.Linq;
using GpuVSphere.Bitfusion;
using GpuVSphere.Core.Tests.Vim;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Bitfusion;

/// <summary>What public texts show of the later program, read where it lies.</summary>
public sealed class RealOutputTests
{
    [SkippableFact]
    public void The_public_servers_conf_is_read_and_extended()
    {
        string text = Read("bitfusion-servers.conf.yaml") + "\n";
        ServersConf conf = ServersConf.Read(text);
        Assert.Equal((ServersConfForm.Yaml, "10.202.122.248:56001"), (conf.Form, Assert.Single(conf.Servers).Addresses[0].ToString()));
        Assert.Equal(text + "- addresses:\n  - 10.202.122.249:56001\n", conf.With([conf.Servers.First().Addresses[0], FlexDirectAddress.Parse("10.202.122.249")]));
    }

    [SkippableTheory]
    [InlineData("bitfusion-claim-timeout.txt", "FlexDirectServerUnreachable", "(10.117.32.156:56001): context deadline exceeded")]
    [InlineData("bitfusion-list_gpus-failure.txt", "FlexDirectServerUnreachable", "(10.117.32.156:56001): i/o timeout")]
    [InlineData("bitfusion-health-servers.conf-failure.txt", "FlexDirectServersConf", "none of the servers responded")]
    public void Public_failures_are_explained(string file, string id, string named)
    {
        string text = Read(file);
        GpuVSphereException error = FlexDirectTrouble.Explain(new ShellResult(1, string.Empty, text), "cpu-01")!;
        Assert.Equal(id, error.Id);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Empty(FlexDirectText.ReadGpus(text));
        Assert.Equal(FlexDirectHealthStatus.Failed, Assert.Single(FlexDirectText.Join(FlexDirectText.ReadHealth(text), hasFailed: true)).Status);
    }

    private static string Read(string file) => string.Join("\n", File.ReadAllLines(Samples.Require(file)).Where(line => !line.StartsWith('#'))).Trim();
}
