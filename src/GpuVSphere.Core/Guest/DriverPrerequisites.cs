using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;

namespace GpuVSphere.Guest;

/// <summary>What a package needs in a guest before it: the compiler and the headers of the kernel that runs, by the names of each distribution.</summary>
internal static class DriverPrerequisites
{
    /// <summary>The packages that are missing; empty when nothing is, or when nothing can install them.</summary>
    public static IReadOnlyList<string> Missing(DriverGuest guest, GuestDriverPackage package)
    {
        if (package.IsForWindows || guest.PackageManager is not { } manager)
        {
            return [];
        }

        string[] compiler = guest.HasCompiler ? [] : Compiler(manager);
        string[] headers = guest.HasHeaders ? [] : Headers(manager, guest.Kernel);
        return [.. compiler, .. headers];
    }

    /// <summary>Whether something is missing and nothing there can install it. Packages bring what they need themselves.</summary>
    public static bool AreUnknown(DriverGuest guest, GuestDriverPackage package) =>
        package.Form == GuestDriverForm.RunFile && guest.PackageManager is null && !(guest.HasCompiler && guest.HasHeaders);

    // build-essential is the guide's own; the others are its like.
    private static string[] Compiler(string manager) => manager == "apt" ? ["build-essential"] : ["gcc", "make"];

    private static string[] Headers(string manager, string kernel) => manager switch
    {
        "apt" => ["linux-headers-" + kernel],

        // SUSE names them after the kernel's flavour: 5.14.21-150500.55.19-default.
        "zypper" => ["kernel-" + kernel.Substring(kernel.LastIndexOf('-') + 1) + "-devel"],

        // Oracle's own kernel has its own; the kernels of 8 and later need libelf for their build.
        _ => [kernel.Contains("uek") ? "kernel-uek-devel-" + kernel : "kernel-devel-" + kernel, "elfutils-libelf-devel"],
    };
}
