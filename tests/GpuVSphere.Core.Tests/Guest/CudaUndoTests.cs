using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Guest;

public sealed class CudaUndoTests
{
    private const string Folder = "/usr/local/cuda-9.1";
    private const string Samples = "/usr/local/src/NVIDIA_CUDA-9.1_Samples";

    private static readonly CudaUndoState s_there = new()
    {
        Toolkit = CudaVersion.TryParse("9.1.85"),
        Uninstaller = Folder + "/bin/uninstall_cuda_9.1.pl",
        HasSamples = true,
        Link = Folder,
        LinkEnd = Folder,
    };

    [Theory]
    [InlineData("9.1.85", "/usr/local/cuda-9.1/bin/uninstall_cuda_9.1.pl", "")]
    [InlineData("10.0.130", "/usr/local/cuda-10.0/bin/uninstall_cuda_10.0.pl", "")]
    [InlineData("10.1.243", "/usr/local/cuda-10.1/bin/cuda-uninstaller", " --silent")]
    [InlineData("12.4.1", "/usr/local/cuda-12.4/bin/cuda-uninstaller", " --silent")]
    public void Each_toolkit_has_its_own_uninstaller(string version, string path, string options)
    {
        CudaVersion read = CudaVersion.TryParse(version)!;
        Assert.Equal((path, options), (CudaUndo.UninstallerOf(read), CudaUndo.OptionsOf(read)));
    }

    [Fact]
    public void A_toolkit_goes_with_its_samples_and_the_link_is_put_back()
    {
        CudaUndoPlan plan = CudaUndo.Plan("ml-01", s_there, Wanted(link: "/usr/local/cuda-8.0"));
        Assert.Equal(
            [($"CUDA toolkit in {Folder}", "9.1.85", null), ("CUDA samples", Samples, null), ("/usr/local/cuda", Folder, "/usr/local/cuda-8.0")],
            plan.Rows);
        Assert.Equal((s_there.Uninstaller, Samples, true, "/usr/local/cuda-8.0"), (plan.Uninstaller, plan.Samples, plan.Links, plan.LinkBefore));
    }

    [Fact]
    public void A_link_that_leads_elsewhere_by_now_is_kept()
    {
        CudaUndoPlan plan = CudaUndo.Plan("ml-01", s_there with { Link = "/usr/local/cuda-12.4", LinkEnd = "/usr/local/cuda-12.4" }, Wanted(link: null));
        Assert.False(plan.Links);
        Assert.Contains(plan.Consequences, one => one.Text == "keeps /usr/local/cuda, which leads to /usr/local/cuda-12.4: it was changed since by somebody else");
    }

    [Fact]
    public void Another_toolkit_in_the_folder_is_kept_with_its_samples_and_link()
    {
        CudaUndoPlan plan = CudaUndo.Plan("ml-01", s_there with { Toolkit = CudaVersion.TryParse("9.1.99") }, Wanted(link: null));
        Assert.Empty(plan.Rows);
        Assert.Equal($"keeps CUDA 9.1.99 in {Folder}: it was installed since by somebody else", Assert.Single(plan.Consequences).Text);
    }

    [Fact]
    public void What_is_gone_needs_nothing()
    {
        Assert.Empty(CudaUndo.Plan("ml-01", new CudaUndoState(), Wanted(link: null)).Rows);
    }

    [Theory]
    [InlineData("9.1.80", "FormerToolkitNeeded", "Install-CudaToolkit -VM ml-01 -Path <the file of CUDA 9.1.80> -AcceptEula")]
    [InlineData(null, "CudaStays", "Remove /usr/local/cuda-9.1 in the guest")]
    public void What_cannot_be_taken_back_is_refused_with_what_to_do(string? before, string id, string next)
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => CudaUndo.Plan("ml-01", s_there with { Uninstaller = before is null ? null : s_there.Uninstaller }, Wanted(link: null, before: before)));
        Assert.Equal(id, error.Id);
        Assert.StartsWith(next, error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void Patches_alone_and_Windows_are_refused()
    {
        CudaGuest guest = new() { Toolkits = [CudaVersion.TryParse("9.1.85")!] };
        CudaWish wish = new() { Method = CudaMethod.RunFile, Version = CudaVersion.TryParse("9.1.85") };
        Dictionary<string, string> patches = Wanted(CudaUndo.FieldsOf(guest, wish, new CudaPlan { Patches = ["cuda_9.1.85.1_linux"] }, null));
        Assert.Equal("CudaStays", Assert.Throws<GpuVSphereException>(() => CudaUndo.Plan("ml-01", s_there, patches)).Id);

        GpuVSphereException windows = Assert.Throws<GpuVSphereException>(() => CudaUndo.Plan("ml-01", s_there with { Family = GuestFamily.Windows }, Wanted(link: null)));
        Assert.Contains("under Apps", windows.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void Dockers_settings_go_back_where_they_are_as_they_were_written()
    {
        JournalField settings = new(CudaUndo.DockerSettings, "{}", "{\"runtimes\": {}}");
        Dictionary<string, string> wanted = Wanted([new JournalField("method", null, "Container"), settings]);
        CudaUndoPlan plan = CudaUndo.Plan("ml-01", new CudaUndoState { DockerSettings = settings.After, Packages = ["nvidia-container-toolkit"] }, wanted);
        Assert.Equal((true, true, "{}"), (plan.RestoresDocker, plan.RestartsDocker, plan.DockerBefore));
        Assert.Contains(plan.Consequences, one => one.EndsPrograms && one.Text.StartsWith("docker is restarted", StringComparison.Ordinal));

        // Where docker goes itself there is nothing to restart.
        plan = CudaUndo.Plan("ml-01", new CudaUndoState { DockerSettings = settings.After, Packages = ["docker.io"] }, wanted);
        Assert.False(plan.RestartsDocker);
        Assert.Contains(plan.Consequences, one => one.EndsPrograms && one.Text.StartsWith("docker.io goes", StringComparison.Ordinal));

        plan = CudaUndo.Plan("ml-01", new CudaUndoState { DockerSettings = "{\"mine\": 1}" }, wanted);
        Assert.Empty(plan.Rows);
        Assert.Contains("it was changed since by somebody else", Assert.Single(plan.Consequences).Text, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Wanted(string? link, string? before = null)
    {
        CudaGuest guest = new() { Toolkits = before is null ? [] : [CudaVersion.TryParse(before)!] };
        CudaWish wish = new() { Method = CudaMethod.RunFile, Version = CudaVersion.TryParse("9.1.85"), SamplesFolder = "/usr/local/src" };
        return Wanted(CudaUndo.FieldsOf(guest, wish, new CudaPlan { Installs = true, InstallsToolkit = true, InstallsSamples = true, Links = true }, link));
    }

    private static Dictionary<string, string> Wanted(IEnumerable<JournalField> fields) => fields
        .SelectMany(field => new[] { (field.Name, field.Before), (IntentConditions.OnlyIf + field.Name, field.After) })
        .ToDictionary(pair => pair.Item1, pair => pair.Item2 ?? string.Empty);
}
