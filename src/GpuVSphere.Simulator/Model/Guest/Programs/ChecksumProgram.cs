using System.Linq;
using System.Security.Cryptography;

namespace GpuVSphere.Simulator.Model.Guest.Programs;

/// <summary>sha256sum of files.</summary>
internal sealed class ChecksumProgram() : InstantProgram("sha256sum")
{
    protected override int Run(GuestCall call)
    {
        using SHA256 hash = SHA256.Create();
        foreach (string path in call.Operands)
        {
            byte[] content = call.Guest.Files.Read(call.PathOf(path), call.User).Content;
            call.Say(string.Concat(hash.ComputeHash(content).Select(one => one.ToString("x2", System.Globalization.CultureInfo.InvariantCulture))) + "  " + path);
        }

        return 0;
    }
}
