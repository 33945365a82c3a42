using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Core.Tests.Vim;
using GpuVSphere.Readiness.PowerOn;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vgpu;

/// <summary>What hosts were seen to answer, read where it lies: the words that our reading rests on are in it.</summary>
public sealed class RealOutputTests
{
    [SkippableFact]
    public void A_refusal_for_the_acceptance_level_is_recognised_and_told()
    {
        string printed = Read("esxcli-software-vib-install-acceptanceconfigerror.txt").Substring("[root@vesxi-002:/tmp] esxcli software vib install -v file:/tmp/esxcli-nsx-ext.vib".Length);
        GpuVSphereException fault = new("EsxCliFault", GpuErrorCategory.OperationFailed, "esxcli software vib install on esx-01 failed: " + printed.Trim());

        Assert.True(VibErrors.IsRefusedForGood(fault));
        GpuVSphereException told = VibErrors.Explain(fault, "esx-01", "the installation of x");
        Assert.Equal("VibAcceptance", told.Id);
        Assert.Contains("acceptance level is community, which is not compliant with the ImageProfile acceptance level partner", told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("esxcli software vib install on esx-01", told.Message, StringComparison.Ordinal);
        Assert.Contains("esxcli software acceptance set", told.NextStep, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Listed_VIBs_and_components_are_known_by_driver_flavour_and_ESXi()
    {
        string[] vib = Columns(Read("esxcli-software-vib-list-grep-nvidia-510.txt"));
        VgpuPackage driver = Judge(vib[0], vib[1]);
        Assert.Equal((VgpuPackageFlavour.Vgpu, "510.73.06", "7.0", 14), (driver.Flavour, driver.Driver!.ToString(), driver.EsxiVersion, driver.Releases!.Major!.Value));
        Assert.NotNull(AcceptanceLevels.Read(vib[3]));

        string[] component = Columns(Read("esxcli-software-component-list-nvd.txt"));
        VgpuPackage ai = Judge(component[0], component[2]);
        Assert.Equal((VgpuPackageFlavour.AiEnterprise, "525.105.14", "8.0"), (ai.Flavour, ai.Driver!.ToString(), ai.EsxiVersion));
        Assert.True(SoftwareState.IsNvidia(new InstalledSoftware(component[0], component[2], component[4], component[6], component[5], string.Empty)));
    }

    [SkippableFact]
    public void What_was_installed_is_known_by_its_name()
    {
        string id = After(Read("esxcli-software-vib-install-success-depot-esxi70.txt"), "VIBs Installed:");
        string[] parts = id.Split('_', 3);
        int at = parts[2].LastIndexOf('_');
        VgpuPackage vib = Judge(parts[2][..at], parts[2][(at + 1)..]);
        Assert.Equal((VgpuPackageFlavour.AiEnterprise, "510.47.03", "7.0"), (vib.Flavour, vib.Driver!.ToString(), vib.EsxiVersion));

        string component = After(Read("esxcli-software-component-apply-success.txt"), "Components Installed:");
        VgpuPackage applied = Judge(component.Split('_')[0], component.Split('_')[1]);
        Assert.Equal((VgpuPackageFlavour.AiEnterprise, "525.105.14", "8.0"), (applied.Flavour, applied.Driver!.ToString(), applied.EsxiVersion));
    }

    [SkippableFact]
    public void The_types_of_esxcli_are_those_that_we_show_and_send()
    {
        string host = Read("esxcli-graphics-host-get-sharedpassthru.txt");
        Assert.Equal("SharedPassthru", After(host, "Default Graphics Type:"));
        Assert.Equal("Performance", After(host, "Shared Passthru Assignment Policy:"));
        Assert.Equal(GraphicsWords.Display("basic"), After(Read("esxcli-graphics-device-list-a100-basic.txt"), "Graphics Type:"));
    }

    [SkippableFact]
    public void A_scheduler_that_is_refused_live_is_told_in_one_line()
    {
        NvidiaSmiAnswer answer = NvidiaSmiAnswer.Read(Read("nvidia-smi-vgpu-set-scheduler-state-refused.txt"));
        Assert.False(answer.NeedsReboot);
        Assert.StartsWith("Unable to set the vGPU scheduler state on GPU \"00000000:1A:00.0\".", answer.Text, StringComparison.Ordinal);
        Assert.EndsWith("if vGPU instance is currently active on the device.", answer.Text, StringComparison.Ordinal);

        // Also where the exit code does not say it.
        Assert.True(SchedulerChange.IsRefused(0, answer.Text));
    }

    [SkippableTheory]
    [InlineData("poweron-fault-vgpu-insufficient-graphics.txt", "NotSharedDirect")]
    [InlineData("poweron-fault-vgpu-plugin-init.txt", "NotSharedDirect")]
    [InlineData("poweron-fault-hpe-hotplug.txt", "DeviceNotActive")]
    public void A_power_on_that_failed_is_explained(string file, string cause)
    {
        IReadOnlyList<PowerOnFinding> findings = PowerOnFaults.Explain(PowerOnTold.Of([Read(file)], null, "the error"), "the error");
        Assert.Contains(findings, finding => finding.Cause.ToString() == cause);
        Assert.All(findings, finding => Assert.NotEmpty(finding.NextStep));
    }

    private static VgpuPackage Judge(string name, string version) => Assert.IsType<VgpuPackage>(SoftwareState.Judge(name, version));

    // Without the line that says where it is from.
    private static string Read(string file) => string.Join("\n", File.ReadAllLines(Samples.Require(file)).Where(line => !line.StartsWith('#'))).Trim();

    private static string[] Columns(string line) => [.. line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static string After(string text, string label) => text.Split('\n').Select(line => line.Trim()).Single(line => line.StartsWith(label, StringComparison.Ordinal))[label.Length..].Trim();
}
