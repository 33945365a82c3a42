using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Bitfusion;

/// <summary>FlexDirect's program in a guest. Later releases renamed it; what is done with it stayed the same.</summary>
/// <param name="Name"><c>flexdirect</c>, or <c>bitfusion</c> as later releases call it.</param>
/// <param name="Path">Where the guest's shell finds it, such as <c>/usr/bin/flexdirect</c>.</param>
internal sealed record FlexDirectProgram(string Name, string Path)
{
    /// <summary>The name that the guide uses.</summary>
    public const string FlexDirect = "flexdirect";

    /// <summary>The name since vSphere Bitfusion 2.0.</summary>
    public const string Bitfusion = "bitfusion";

    /// <summary>The word by which it is a resource scheduler.</summary>
    public const string SchedulerCommand = "resource_scheduler";

    /// <summary>Asks the guest's shell where it finds the program, by either name. It fails when there is neither.</summary>
    public const string Question = "command -v " + FlexDirect + " || command -v " + Bitfusion;

    /// <summary>Whether it has the later name, and with it the later form of servers.conf.</summary>
    public bool IsLater => Name == Bitfusion;

    /// <summary>What a shell answered to <see cref="Question"/>, or to <c>which</c> with both names; null when it named no program.</summary>
    public static FlexDirectProgram? Read(string text)
    {
        List<FlexDirectProgram> found =
        [
            .. from line in text.Split('\n')
               let path = line.Trim()
               where path.StartsWith("/", StringComparison.Ordinal)
               let name = path.Substring(path.LastIndexOf('/') + 1)
               where name is FlexDirect or Bitfusion
               select new FlexDirectProgram(name, path),
        ];
        return found.FirstOrDefault(program => !program.IsLater) ?? found.FirstOrDefault();
    }
}
