using System;
using System.Collections.Generic;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using GpuVSphere.Changes;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Changes;

public sealed class HostChangeOptionsTests
{
    [Fact]
    public void ToOptions_OfTheDefault_IsEmpty() => Assert.Empty(new HostChangeOptions().ToOptions());

    [Fact]
    public void FromOptions_GivesBackWhatToOptionsWrote()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("de-DE");
        try
        {
            Prop.ForAll<bool, bool, PositiveInt>((flag, other, number) =>
            {
                HostChangeOptions options = new()
                {
                    Reboot = flag,
                    PowerOff = other,
                    Force = flag ^ other,
                    VsanMode = (VsanDecommissionMode)(number.Get % 3),
                    RebootTimeout = TimeSpan.FromSeconds(number.Get),
                    MaintenanceTimeout = TimeSpan.FromHours(number.Get % 100 + 1),
                    ShutdownTimeout = TimeSpan.FromMilliseconds(number.Get * 7),
                    MaxDownPerCluster = number.Get,
                    SkipRules = flag ? ["HOST-A", "HOST-B"] : [],
                };
                HostChangeOptions read = HostChangeOptions.FromOptions(options.ToOptions());
                return read with { SkipRules = options.SkipRules } == options && string.Join("|", read.SkipRules) == string.Join("|", options.SkipRules);
            }).QuickCheckThrowOnFailure();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("reboot", "perhaps")]
    [InlineData("rebootTimeout", "soon")]
    [InlineData("rebootTimeout", "00:00:00")]
    [InlineData("maintenanceTimeout", "-00:01:00")]
    [InlineData("vsanMode", "everything")]
    [InlineData("vsanMode", "7")]
    [InlineData("maxDownPerCluster", "0")]
    [InlineData("maxDownPerCluster", "-1")]
    [InlineData("maxDownPerCluster", "two")]
    public void FromOptions_RefusesWhatCannotBeMeant(string name, string value)
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => HostChangeOptions.FromOptions(new Dictionary<string, string> { [name] = value }));
        Assert.Equal("OptionInvalid", error.Id);
        Assert.Equal(name, error.Target);
    }

    [Fact]
    public void FromOptions_LeavesUnknownNamesToOthers() =>
        Assert.Equal(new HostChangeOptions().ToOptions(), HostChangeOptions.FromOptions(new Dictionary<string, string> { ["colour"] = "red" }).ToOptions());
}
