using System;
using System.Linq;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>make, for the samples of CUDA: a folder with a .cu file becomes a program, when there is a compiler of CUDA.</summary>
internal sealed class MakeProgram() : InstantProgram("make")
{
    protected override int Run(GuestCall call)
    {
        int at = call.Arguments.ToList().IndexOf("-C");
        string folder = at < 0 ? call.Directory : call.PathOf(call.Arguments[at + 1]);
        GuestFiles files = call.Guest.Files;
        if (files.Find(folder + "/Makefile") is null || files.List(folder).FirstOrDefault(name => name.EndsWith(".cu", StringComparison.Ordinal)) is not { } source)
        {
            return call.Fail("make: *** No targets specified and no makefile found.  Stop.", 2);
        }

        if (files.Find("/usr/local/cuda/bin/nvcc") is null)
        {
            return call.Fail("make: /usr/local/cuda/bin/nvcc: Command not found\nmake: *** [Makefile] Error 127", 2);
        }

        if (!call.User.IsRoot)
        {
            return call.Fail("nvcc fatal   : Could not open output file '" + ShPath.Name(folder) + ".o'\nmake: *** [Makefile] Error 1", 2);
        }

        string program = source.Substring(0, source.Length - 3);
        files.PutProgram(folder + "/" + program, program);
        call.Say("/usr/local/cuda/bin/nvcc -ccbin g++ -m64 -o " + program + " " + source);
        return 0;
    }
}
