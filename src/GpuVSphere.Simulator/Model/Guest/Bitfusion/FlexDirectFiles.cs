using System;
using System.Linq;
using System.Text;

namespace GpuVSphere.Simulator.Model.Guest.Bitfusion;

/// <summary>The files that bring FlexDirect: its program as an installer writes it, and the later packages.</summary>
internal sealed class FlexDirectFiles : IGuestFileFormat, IGuestPackageFormat
{
    /// <summary>What the file of the program begins with.</summary>
    public const string Mark = "simulated flexdirect";

    // What a package's file holds behind the first bytes that its kind begins with.
    private const string PackageMark = "simulated bitfusion-client package";
    private const string DebStart = "!<arch>\ndebian-binary   1410122664  0     0     100644  4         `\n2.0\n";

    private static readonly byte[] s_rpmStart = [0xED, 0xAB, 0xEE, 0xDB, 3, 0, 0, 0];

    /// <summary>The script that getflex.bitfusion.io gives. It has all that it needs, so that it does its work in a guest without internet, too.</summary>
    public const string Script = """
        #!/bin/bash
        # Installs FlexDirect
        if [ "$(id -u)" != 0 ]; then
            echo "FlexDirect must be installed as root" >&2
            exit 1
        fi
        echo "Installing FlexDirect ..."
        mkdir -p /etc/bitfusionio
        echo "simulated flexdirect" > /usr/bin/flexdirect
        chmod 0755 /usr/bin/flexdirect
        echo "FlexDirect is installed. Run: sudo flexdirect init"

        """;

    /// <summary>The file of a package of the later release.</summary>
    /// <param name="isRpm">Whether it is one for Red Hat and CentOS; else for Debian and Ubuntu.</param>
    public static byte[] Package(bool isRpm) => [.. isRpm ? s_rpmStart : Encoding.ASCII.GetBytes(DebStart), .. Encoding.ASCII.GetBytes(PackageMark)];

    public string? ProgramOf(byte[] content) => Begins(content, Mark) ? "flexdirect" : null;

    public GuestPackage? Read(string fileName, byte[] content) =>
        content.SequenceEqual(Package(fileName.EndsWith(".rpm", StringComparison.OrdinalIgnoreCase))) ? new GuestPackage("bitfusion-client", "2.5.0-10") { Programs = ["/usr/bin/bitfusion"] } : null;

    private static bool Begins(byte[] content, string mark) => content.Length >= mark.Length && Encoding.ASCII.GetString(content, 0, mark.Length) == mark;
}
