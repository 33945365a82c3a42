using System;
using System.IO;
using System.Linq;
using System.Reflection;

namespace GpuVSphere.Pester.Tests;

/// <summary>The module as build.ps1 lays it out, put together from what was just built by copying files; PowerShell is not needed for it.</summary>
public sealed class StagedModule
{
    private static readonly string[] s_assemblies = ["GpuVSphere.PowerShell.dll", "GpuVSphere.Core.dll", "GpuVSphere.Simulator.dll"];

    /// <summary>Puts the module, and the stand-in for PowerCLI, beside this test assembly.</summary>
    public StagedModule()
    {
        string stage = Path.Combine(AppContext.BaseDirectory, "stage");
        if (Directory.Exists(stage))
        {
            Directory.Delete(stage, recursive: true);
        }

        string module = Path.Combine(stage, "modules", "GpuVSphere", Metadata("Version"));
        CopyFolder(Path.Combine(Root, "module"), module);
        string built = Path.Combine(Root, "src", "GpuVSphere.PowerShell", "bin", Metadata("Configuration"), "netstandard2.0");
        foreach (string assembly in s_assemblies)
        {
            File.Copy(Path.Combine(built, assembly), Path.Combine(module, assembly));
        }

        string docs = Path.Combine(Root, "docs", "en-US");
        Directory.CreateDirectory(Path.Combine(module, "en-US"));
        foreach (string about in Directory.EnumerateFiles(docs, "about_*.md"))
        {
            File.Copy(about, Path.Combine(module, "en-US", Path.GetFileNameWithoutExtension(about) + ".help.txt"));
        }

        Manifest = Path.Combine(module, "GpuVSphere.psd1");
        DoubleFolder = Path.Combine(stage, "double");
        string powerCli = Path.Combine(DoubleFolder, "VMware.VimAutomation.Core", "13.4.0.0");
        Directory.CreateDirectory(powerCli);
        string builtDouble = Path.Combine(Root, "tests", "PowerCliDouble", "bin", Metadata("Configuration"), "netstandard2.0");
        foreach (string file in (string[])["VMware.VimAutomation.Core.Double.dll", "VMware.VimAutomation.Core.psd1"])
        {
            File.Copy(Path.Combine(builtDouble, file), Path.Combine(powerCli, file));
        }
    }

    /// <summary>The root of the repository.</summary>
    public static string Root => Metadata("Root");

    /// <summary>The module's manifest.</summary>
    public string Manifest { get; }

    /// <summary>A module path that holds the stand-in for PowerCLI and nothing else.</summary>
    public string DoubleFolder { get; }

    private static string Metadata(string key) =>
        typeof(StagedModule).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == key).Value!;

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
