using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using GpuVSphere.Readiness;

namespace GpuVSphere.Core.Tests.Readiness;

/// <summary>
/// Every rule is seen to hold, to fail, and not to be decided, over the tables of all the tests of rules: their rows name a subject and a rule, and their
/// method <c>Subject</c> or <c>Spoil</c> makes the subject. What <c>Where_all_is_well</c> is given counts as well.
/// </summary>
public sealed partial class RuleCoverageTests
{
    // What these judge is read whenever the object is, is the plan's own, or is passed over where a guest does not say it: there is no third answer.
    private static readonly HashSet<string> s_alwaysDecided =
    [
        "HOST-CONNECTED", "HOST-GPU", "GRAPHICS-PASSTHROUGH", "GRAPHICS-VMS-RUNNING", "VIB-NVIDIA", "VIB-TWICE", "VIB-OTHER-DRIVER", "VIB-GRAPHICS", "VIB-VGPU-VMS",
        "DEVICE-CAPABLE", "DEVICE-VGPU-RUNNING", "DEVICE-IN-USE", "DEVICE-ACTIVE", "SCHEDULER-MIXED-SIZE", "SCHEDULER-MIG", "VGPU-PASSTHROUGH", "VGPU-SHARED-DIRECT",
        "VM-CONNECTED", "VM-TEMPLATE", "VM-SUSPENDED", "VM-POWERED-OFF", "VM-SNAPSHOT", "VM-HOST", "VGPU-WITH-PASSTHROUGH", "MMIO-MISSPELT-KEY", "VM-HOT-ADD", "GUEST-DRIVER-FORM", "GUEST-GPU-PROCESS", "FLEX-GUEST", "FLEX-INSTALLED", "FLEX-LICENSE",

        // That DRS cannot be read another rule says.
        "DRS-VM-OVERRIDE",
    ];

    // These tell something that the user has to know, right or not.
    private static readonly HashSet<string> s_onlyTell = ["MMIO-SIZE", "LICENSE-SERVER"];

    // What vSphere shows proves that all is well or is silent; nothing of it shows the opposite.
    private static readonly HashSet<string> s_neverSeenToFail = ["HOST-LARGE-BAR", "HOST-IMAGE", "DEVICE-HOT-PLUG", "DRS-VGPU-CONSOLIDATION"];

    private static readonly List<ReadinessSubject> s_subjects = [];

    private static readonly Dictionary<string, HashSet<Answer>> s_seen = Gather();

    private enum Answer
    {
        Holds,
        Fails,
        Undecided,
    }

    public static TheoryData<string> Rules() => [.. ReadinessRules.All.Select(rule => rule.Id)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_has_a_case_that_holds_one_that_fails_and_one_that_is_not_decided(string ruleId)
    {
        HashSet<Answer> seen = s_seen.GetValueOrDefault(ruleId, []);
        string what = $"{ruleId} has cases that come to: {string.Join(", ", seen)}.";

        Assert.True(seen.Contains(Answer.Holds) != s_onlyTell.Contains(ruleId), what + " One must hold (Verdict.Holds).");
        Assert.True(seen.Contains(Answer.Fails) != (s_onlyTell.Contains(ruleId) || s_neverSeenToFail.Contains(ruleId)), what + " One must fail.");
        Assert.True(seen.Contains(Answer.Undecided) != s_alwaysDecided.Contains(ruleId), what + " One must not be decided, and says what cannot be read or told.");
    }

    [Fact]
    public void A_name_in_a_next_step_is_quoted_whatever_it_is()
    {
        string[] names = [HostileNames.Host, HostileNames.Vm, HostileNames.Cluster];
        string[] commands = [.. ReadinessReport.Of(s_subjects.Select(HostileNames.In)).Select(row => row.NextStep).OfType<string>().Where(step => Command().IsMatch(step)).Distinct()];

        // What is behind a parameter that takes a name: the name in quotes, or something else altogether. A list of names begins with the first.
        foreach (string name in names)
        {
            Assert.Contains(commands, command => command.Contains(" " + Typed.Name(name), StringComparison.Ordinal));
            Assert.DoesNotContain(commands, command => Regex.IsMatch(command, @" -(VM|VMHost|Cluster) (\S+,)?" + Regex.Escape(name)));
        }
    }

    [Fact]
    public void What_is_excepted_is_a_rule() =>
        Assert.Empty(s_alwaysDecided.Concat(s_onlyTell).Concat(s_neverSeenToFail).Except(ReadinessRules.All.Select(rule => rule.Id)));

    private static Dictionary<string, HashSet<Answer>> Gather()
    {
        const BindingFlags Statics = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        Dictionary<string, HashSet<Answer>> seen = new(StringComparer.Ordinal);
        void Judge(MethodInfo subject, object what, IReadOnlyCollection<string>? ruleIds)
        {
            var asked = (ReadinessSubject)subject.Invoke(null, [what])!;
            s_subjects.Add(asked);
            foreach (ReadinessResult result in ReadinessReport.Of([asked], ruleIds))
            {
                seen.TryAdd(result.RuleId, []);
                if (AnswerOf(result) is { } answer)
                {
                    seen[result.RuleId].Add(answer);
                }
            }
        }

        foreach (Type tests in typeof(RuleCoverageTests).Assembly.GetTypes().Where(type => type.Namespace == typeof(RuleCoverageTests).Namespace))
        {
            if (new[] { "Subject", "Spoil" }.Select(name => tests.GetMethod(name, Statics, [typeof(string)])).FirstOrDefault(method => method?.ReturnType == typeof(ReadinessSubject)) is not { } subject)
            {
                continue;
            }

            foreach (MethodInfo table in tests.GetMethods(Statics).Where(method => method.Name is "Cases" or "Spoiled" && method.GetParameters().Length == 0))
            {
                foreach (object[] row in (IEnumerable<object[]>)table.Invoke(null, null)!)
                {
                    Judge(subject, row[0], [(string)row[1]]);
                }
            }

            foreach (MethodInfo well in tests.GetMethods().Where(method => method.Name.StartsWith("Where_all_is_well", StringComparison.Ordinal)))
            {
                foreach (object[] row in well.GetCustomAttributes<InlineDataAttribute>().SelectMany(attribute => attribute.GetData(well)))
                {
                    Judge(subject, row[0], null);
                }
            }
        }

        return seen;
    }

    private static Answer? AnswerOf(ReadinessResult result) => result.Outcome switch
    {
        ReadinessOutcome.Pass => Answer.Holds,
        ReadinessOutcome.Block => Answer.Fails,
        ReadinessOutcome.Confirm => Doubt().IsMatch(result.Seen) ? Answer.Undecided : Answer.Fails,
        _ => null,
    };

    [GeneratedRegex(@" -(VM|VMHost|Cluster) ")]
    private static partial Regex Command();

    [GeneratedRegex(@"(cannot|could not) be (read|told|checked)|not known|not told|not certain|does not tell|does not say|\d+ to \d+ more")]
    private static partial Regex Doubt();
}
