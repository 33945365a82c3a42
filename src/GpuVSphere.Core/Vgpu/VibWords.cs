namespace GpuVSphere.Vgpu;

/// <summary>The names that plans, intents and journals use for NVIDIA's software on hosts.</summary>
internal static class VibWords
{
    /// <summary>Before a number in an intent: where a package is.</summary>
    public const string SourcePrefix = "source:";

    /// <summary>Before a VIB's name in an intent: the version that is to be there, empty for none. With <c>*</c> all of NVIDIA's are meant.</summary>
    public const string VibPrefix = "vib:";

    /// <summary>In an intent: the datastore for files of this machine.</summary>
    public const string Datastore = "datastore";

    /// <summary>In place of a name: every VIB of NVIDIA.</summary>
    public const string Every = "*";

    public static string Property(string vib) => "VIB " + vib;
}
