using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>The words of the API for graphics, and the names that plans and journals use.</summary>
internal static class GraphicsWords
{
    public const string Shared = "shared";

    public const string SharedDirect = "sharedDirect";

    public const string MixedSize = "mixedSize";

    /// <summary>What an intent calls the host's default.</summary>
    public const string Default = "default";

    /// <summary>What an intent calls the assignment policy.</summary>
    public const string Policy = "policy";

    /// <summary>Before an address in an intent: the type is meant. With <see cref="Every"/> that of every GPU that is not in passthrough.</summary>
    public const string TypePrefix = "type:";

    /// <summary>Before an address in an intent: the vGPU mode is meant.</summary>
    public const string ModePrefix = "mode:";

    /// <summary>In place of an address.</summary>
    public const string Every = "*";

    /// <summary>The property of a plan for the host's default.</summary>
    public const string DefaultProperty = "default graphics type";

    /// <summary>The property of a plan for the policy.</summary>
    public const string PolicyProperty = "assignment policy";

    public static string Of(GraphicsType type) => type == GraphicsType.SharedDirect ? SharedDirect : Shared;

    public static string Of(AssignmentPolicy policy) => policy == AssignmentPolicy.Consolidation ? "consolidation" : "performance";

    public static string Of(VgpuMode mode) => mode == VgpuMode.MixedSize ? MixedSize : "sameSize";

    public static GraphicsType? Type(string? text) => text switch
    {
        Shared => GraphicsType.Shared,
        SharedDirect => GraphicsType.SharedDirect,
        _ => null,
    };

    public static AssignmentPolicy? PolicyOf(string? text) => text switch
    {
        "performance" => AssignmentPolicy.Performance,
        "consolidation" => AssignmentPolicy.Consolidation,
        _ => null,
    };

    public static VgpuMode? Mode(string? text) => text switch
    {
        "sameSize" => VgpuMode.SameSize,
        MixedSize => VgpuMode.MixedSize,
        _ => null,
    };

    /// <summary>A type in force in the client's words.</summary>
    public static string Display(string? type) => type switch
    {
        "basic" => "Basic",
        Shared => "Shared",
        "direct" => "Direct",
        SharedDirect => "Shared Direct",
        null => string.Empty,
        _ => type,
    };

    /// <summary>Whether a restart of xorg brings graphics types into force: before 7.0 U1 (KB 318047, 319982). Later it takes nv-hostengine or a reboot.</summary>
    public static bool IsXorgEnough(string version) => version.Length > 0 && !new ApiVersion(version).IsAtLeast(7, 0, 1);

    /// <summary>What brings a configured type into force, as an instruction.</summary>
    public static string HowToBringIntoForce(string version, string host) => IsXorgEnough(version)
        ? $"Set-HostGraphicsMode again restarts xorg on {host}; -Reboot reboots it, as NVIDIA's guide asks."
        : $"Reboot {host}, or run the command again with -Reboot; with no VM on the GPUs, nv-hostengine -t and then nv-hostengine -d in its shell does it too.";

}
