using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection.Metadata;
using GpuVSphere.Conventions.Tests.Metadata;

namespace GpuVSphere.Conventions.Tests;

/// <summary>Namespaces in rows: a type may use rows below its own, and of its own row's neighbours only what is public.</summary>
internal sealed class Layers
{
    private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);

    /// <summary>Makes the rows, the lowest first.</summary>
    public Layers(params string[][] rows)
    {
        for (int row = 0; row < rows.Length; row++)
        {
            foreach (string ns in rows[row])
            {
                _rows.Add(ns, row);
            }
        }
    }

    /// <summary>The rows of GpuVSphere.Core; <c>GpuVSphere</c> itself holds the errors, which everything may throw.</summary>
    public static Layers OfCore { get; } = new(
        ["GpuVSphere"],
        ["GpuVSphere.Vim", "GpuVSphere.Shell", "GpuVSphere.State"],
        ["GpuVSphere.Catalog", "GpuVSphere.Inventory"],
        ["GpuVSphere.Mmio", "GpuVSphere.Smi", "GpuVSphere.GuestOs"],
        ["GpuVSphere.Changes"],
        ["GpuVSphere.Readiness"],
        ["GpuVSphere.Operations"],
        ["GpuVSphere.Passthrough", "GpuVSphere.Vgpu", "GpuVSphere.Guest", "GpuVSphere.Bitfusion"],
        ["GpuVSphere.Methods"],
        ["GpuVSphere.Fleet", "GpuVSphere.DesiredState"]);

    /// <summary>Every use that points upward, or into a neighbour's internals, or from a namespace without a row.</summary>
    public IEnumerable<string> Violations(AssemblyModel model, Func<NamedType, bool> isIncluded)
    {
        foreach (TypeDefinition type in model.Types())
        {
            NamedType user = model.NameOf(type);
            if (!isIncluded(user) || IsForTheCompiler(user.Namespace))
            {
                continue;
            }

            if (Row(user.Namespace) is not { } row)
            {
                yield return $"{user.Namespace} has no row in {nameof(Layers)}.{nameof(OfCore)}: add it ({user})";
                continue;
            }

            foreach (NamedType used in model.UsesOf(type).Where(use => use.Assembly.Length == 0 && use.Namespace.Length > 0))
            {
                if (Row(used.Namespace) is not { } usedRow)
                {
                    continue;
                }

                if (usedRow > row)
                {
                    yield return $"{Outermost(user)} uses {Outermost(used)}, which is above it";
                }
                else if (usedRow == row && !used.IsVisible && Folder(used.Namespace) != Folder(user.Namespace))
                {
                    yield return $"{Outermost(user)} uses {Outermost(used)}, an internal of its neighbour";
                }
            }
        }
    }

    private static bool IsForTheCompiler(string ns) => ns.Length == 0 || ns.StartsWith("System.", StringComparison.Ordinal)
        || ns.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal);

    private static string Outermost(NamedType type) => type.FullName.Split('+')[0];

    private int? Row(string ns) => Folder(ns) is { } folder ? _rows[folder] : null;

    /// <summary>The longest known namespace that this one is or is in.</summary>
    private string? Folder(string ns)
    {
        for (string candidate = ns; ; candidate = candidate[..candidate.LastIndexOf('.')])
        {
            if (_rows.ContainsKey(candidate) && (candidate == ns || candidate.Contains('.')))
            {
                return candidate;
            }

            if (!candidate.Contains('.'))
            {
                return null;
            }
        }
    }
}
