using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection.Metadata;
using GpuVSphere.Conventions.Tests.Metadata;

namespace GpuVSphere.Conventions.Tests;

/// <summary>References point downward only, between assemblies and inside Core.</summary>
public sealed class LayerTests
{
    private static readonly string[] s_coreNamespacesForTheSimulator = ["GpuVSphere", "GpuVSphere.Vim", "GpuVSphere.Shell"];

    [Fact]
    public void Core_LayersPointDownward()
    {
        using AssemblyModel core = AssemblyModel.Open("GpuVSphere.Core");
        Report.None(Layers.OfCore.Violations(core, _ => true), "A folder of Core uses only folders below it.");
    }

    [Fact]
    public void Layers_CatchAnUpwardUseInAMethodBody_AndANeighboursInternal()
    {
        const string Samples = "GpuVSphere.Conventions.Tests.Samples.";
        Layers layers = new([Samples + "Lower", Samples + "Beside"], [Samples + "Upper"]);
        using AssemblyModel own = AssemblyModel.Open("GpuVSphere.Conventions.Tests");

        List<string> found = [.. layers.Violations(own, type => type.Namespace.StartsWith(Samples, StringComparison.Ordinal) && Contains(type.Namespace)).Distinct()];

        Assert.Equal(
            [
                $"{Samples}Lower.ReachesUp uses {Samples}Upper.Above, which is above it",
                $"{Samples}Lower.ReachesUp uses {Samples}Beside.Hidden, an internal of its neighbour",
            ],
            found.OrderByDescending(line => line, StringComparer.Ordinal));

        static bool Contains(string ns) => ns.EndsWith("Lower", StringComparison.Ordinal) || ns.EndsWith("Upper", StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_CatchANamespaceWithoutARow()
    {
        using AssemblyModel own = AssemblyModel.Open("GpuVSphere.Conventions.Tests");
        Layers layers = new(["GpuVSphere.Elsewhere"]);

        Assert.NotEmpty(layers.Violations(own, type => type.Namespace.EndsWith("Samples.Lower", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("GpuVSphere.Core", "netstandard")]
    [InlineData("GpuVSphere.Simulator", "netstandard", "GpuVSphere.Core")]
    [InlineData("GpuVSphere.PowerShell", "netstandard", "GpuVSphere.Core", "GpuVSphere.Simulator", "System.Management.Automation")]
    public void Assembly_ReferencesNothingElse(string assembly, params string[] allowed)
    {
        using AssemblyModel model = AssemblyModel.Open(assembly);
        Assert.Contains("netstandard", model.References());
        Report.None(model.References().Except(allowed), $"{assembly} ships on the base class library alone and may reference only {string.Join(", ", allowed)}.");
    }

    [Fact]
    public void Simulator_SharesNoJudgementWithCore()
    {
        using AssemblyModel simulator = AssemblyModel.Open("GpuVSphere.Simulator");
        Report.None(
            simulator.Reader.TypeReferences.Select(simulator.NameOf)
                .Where(type => type.Assembly == "GpuVSphere.Core" && !s_coreNamespacesForTheSimulator.Contains(type.Namespace))
                .Select(type => type.FullName),
            "The simulator knows Core's seams (Vim, Shell, errors) and judges by its own data.");
    }

    [Theory]
    [InlineData("GpuVSphere.Core")]
    [InlineData("GpuVSphere.Simulator")]
    [InlineData("GpuVSphere.PowerShell")]
    public void Assembly_DoesNotWriteToTheConsole(string assembly)
    {
        using AssemblyModel model = AssemblyModel.Open(assembly);
        Report.None(
            model.Reader.MemberReferences.Select(model.Reader.GetMemberReference)
                .Where(member => member.Parent.Kind == HandleKind.TypeReference && model.NameOf((TypeReferenceHandle)member.Parent).FullName == "System.Console")
                .Select(member => model.Reader.GetString(member.Name))
                .Where(member => member != "get_IsOutputRedirected"),
            $"{assembly} talks through its caller, never through the console; it may ask whether there is one.");
    }

    [Theory]
    [InlineData("GpuVSphere.Core")]
    [InlineData("GpuVSphere.Simulator")]
    [InlineData("GpuVSphere.PowerShell")]
    public void Assembly_ShowsItsInternalsToTestsOnly(string assembly)
    {
        using AssemblyModel model = AssemblyModel.Open(assembly);
        Report.None(
            model.AttributesOf(model.Reader.GetAssemblyDefinition().GetCustomAttributes())
                .Where(attribute => attribute.Type.Name == "InternalsVisibleToAttribute")
                .Select(attribute => (string)attribute.Arguments[0]!)
                .Where(friend => !friend.EndsWith(".Tests", StringComparison.Ordinal) && !friend.EndsWith(".Benchmarks", StringComparison.Ordinal)),
            "Internals are for tests; what another layer needs is public.");
    }
}
