using System.Text;

namespace GpuVSphere.Simulator;

/// <summary>Files of NVIDIA's for CUDA that simulated guests understand: small stand-ins with what the real ones' names say in their first lines.</summary>
public static class SimulatedCuda
{
    /// <summary>What the second line of a stand-in begins with.</summary>
    internal const string Mark = "#simulated-cuda ";

    /// <summary>A run-file.</summary>
    /// <param name="version">The toolkit, such as <c>9.1.85</c>.</param>
    /// <param name="driver">The driver in it, such as <c>387.26</c>.</param>
    public static byte[] RunFile(string version, string driver) => Bytes("#!/bin/sh\n" + Mark + "toolkit " + version + " " + driver + "\n");

    /// <summary>A patch.</summary>
    /// <param name="version">The toolkit that it mends.</param>
    /// <param name="number">1 for the first.</param>
    public static byte[] Patch(string version, int number) => Bytes("#!/bin/sh\n" + Mark + "patch " + version + " " + number.ToString(System.Globalization.CultureInfo.InvariantCulture) + "\n");

    /// <summary>A package that brings a repository with a toolkit; its file's name tells for whom it is.</summary>
    /// <param name="version">The toolkit.</param>
    /// <param name="isDeb">A .deb, else a .rpm.</param>
    public static byte[] Repository(string version, bool isDeb) => Bytes((isDeb ? "!<arch>\n" : "rpm\n") + Mark + "repository " + version + "\n");

    /// <summary>A setup for Windows, such as <c>cuda_12.4.1_551.78_windows.exe</c>.</summary>
    /// <param name="version">The toolkit.</param>
    /// <param name="driver">The driver in it; null for none, as from 13.1 on.</param>
    /// <param name="isNetwork">Whether it downloads what it installs, in the guest.</param>
    public static byte[] Setup(string version, string? driver, bool isNetwork = false) => Bytes("MZ\n" + Mark + (isNetwork ? "network " : "setup ") + version + " " + (driver ?? "-") + "\n");

    /// <summary>A patch for Windows.</summary>
    /// <param name="version">The toolkit that it mends.</param>
    /// <param name="number">1 for the first.</param>
    public static byte[] WindowsPatch(string version, int number) => Bytes("MZ\n" + Mark + "mend " + version + " " + number.ToString(System.Globalization.CultureInfo.InvariantCulture) + "\n");

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);
}
