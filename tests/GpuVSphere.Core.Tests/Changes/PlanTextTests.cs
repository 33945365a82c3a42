using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Changes;

public sealed class PlanTextTests
{
    private static readonly PlanTarget s_host = new(new VimObjectId("uuid", new ManagedObjectReference("HostSystem", "host-1")), "esx-67-01", "vc");

    [Fact]
    public void Lines_AtFullWidth_AreATable()
    {
        IReadOnlyList<string> lines = PlanText.Lines(Plan(), 120);

        Assert.Equal(
            """
            Enable passthrough: 3 changes of 1 object.

            Stage 1
              Object     Property                              Before    After                          Needs
              ------     --------                              ------    -----                          -----
              esx-67-01  passthrough of 0000:3b:00.0           disabled  enabled
              esx-67-01  running VMs in the way                web-01    shut down, then started again  power-off

            Stage 2, after: reboot (read again there; this is what is expected)
              Object     Property                              Before    After                          Needs
              ------     --------                              ------    -----                          -----
              esx-67-01  passthrough of 0000:3b:00.0 in force  no        (not known yet)                maintenance mode, reboot

            esx-67-01: is rebooted

            BLOCKED HOST-USB-BOOT esx-67-01: It boots from USB. Do not.
            WARNING W-1 esx-67-01: Careful.
            """.Split('\n').Select(line => line.TrimEnd('\r')),
            lines);
    }

    [Theory]
    [InlineData(20, 40)]
    [InlineData(40, 40)]
    [InlineData(60, 60)]
    [InlineData(80, 80)]
    [InlineData(119, 119)]
    [InlineData(300, 300)]
    public void Lines_NeverExceedTheWidth_AndLoseNothing(int width, int limit)
    {
        IReadOnlyList<string> lines = PlanText.Lines(Plan(), width);

        Assert.All(lines, line => Assert.True(line.Length <= limit, $"{line.Length} > {limit}: {line}"));
        string letters = Letters(string.Concat(lines));
        foreach (char letter in "esx-67-01webdisabledenabled".Where(char.IsLetter))
        {
            Assert.Contains(letter, letters);
        }

        // Every letter of the plan is there, however it is wrapped.
        Assert.Equal(Sorted(PlanText.Lines(Plan(), 1000)), Sorted(lines));

        static string Letters(string text) => new(text.Where(char.IsLetterOrDigit).ToArray());
        static string Sorted(IEnumerable<string> text) => new(text.SelectMany(line => line).Where(char.IsLetterOrDigit).OrderBy(c => c).ToArray());
    }

    [Fact]
    public void Lines_OfAnEmptyPlan_SaySo() =>
        Assert.Equal(["Enable passthrough: nothing to change."], PlanText.Lines(Plan() with { Stages = [], Findings = [], Consequences = [] }));

    [Fact]
    public void Lines_ShowAbsentAndRemovedValues()
    {
        PlannedChange added = new(s_host, "label", null, "new");
        PlannedChange removed = new(s_host, "key", "old", null);
        string text = string.Join("\n", PlanText.Lines(Plan() with { Stages = [new ChangeStage(1, null, [added, removed])] }));

        Assert.Contains("(absent)", text, StringComparison.Ordinal);
        Assert.Contains("(removed)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_OfTheUndoRecord_DoNotSpellItOut()
    {
        PlannedChange changed = new(s_host, "gpuvsphere.before", "v1;a=1>2", "v1;a=1>4");
        PlannedChange removed = new(s_host, "gpuvsphere.before", "v1;a=1>2", null);
        string text = string.Join("\n", PlanText.Lines(Plan() with { Stages = [new ChangeStage(1, null, [changed, removed])] }));

        Assert.DoesNotContain("v1;", text, StringComparison.Ordinal);
        Assert.Contains("(undo record)  (undo record)", text, StringComparison.Ordinal);
        Assert.Contains("(undo record)  (removed)", text, StringComparison.Ordinal);
    }

    private static ChangePlan Plan() => new()
    {
        Intent = new ChangeIntent("HostPassthrough", "Enable passthrough", [], new Dictionary<string, string>()),
        PlannedAt = DateTimeOffset.UnixEpoch,
        Targets = [s_host],
        Stages =
        [
            new ChangeStage(
                1,
                null,
                [
                    new PlannedChange(s_host, "passthrough of 0000:3b:00.0", "disabled", "enabled"),
                    new PlannedChange(s_host, HostRebootPlan.RunningVms, "web-01", "shut down, then started again", ChangeNeeds.PowerOff),
                ]),
            new ChangeStage(2, "reboot", [new PlannedChange(s_host, "passthrough of 0000:3b:00.0 in force", "no", null, ChangeNeeds.MaintenanceMode | ChangeNeeds.Reboot)]),
        ],
        Findings =
        [
            new Finding("W-1", FindingSeverity.Warning, s_host, "Careful."),
            new Finding("HOST-USB-BOOT", FindingSeverity.Block, s_host, "It boots from USB.", "Do not."),
        ],
        Consequences = [new PlanConsequence(s_host, "is rebooted")],
    };
}
