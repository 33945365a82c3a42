using System.Collections.Generic;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>The packages of the distributions that drivers and toolkits need before them.</summary>
internal sealed class BasePackages : IGuestPackageSource
{
    /// <summary>What is installed from the beginning.</summary>
    public IEnumerable<GuestPackage> Installed(SimulatedGuest guest)
    {
        GuestDistribution distribution = guest.Distribution;
        yield return new GuestPackage(distribution.IsDebian ? "coreutils" : "coreutils-single", distribution.IsDebian ? "8.32-4.1ubuntu1.2" : "8.30-15.el8");
        yield return new GuestPackage("pciutils", distribution.IsDebian ? "1:3.7.0-6" : "3.7.0-3.el8");
        yield return distribution.IsDebian
            ? new GuestPackage("linux-image-" + distribution.Kernel, distribution.Kernel.Replace("-generic", string.Empty) + ".129")
            : new GuestPackage("kernel", distribution.Kernel);
    }

    public IEnumerable<GuestPackage> PackagesFor(SimulatedGuest guest)
    {
        GuestDistribution distribution = guest.Distribution;
        string kernel = distribution.Kernel;
        string headers = "/usr/src/" + (distribution.IsDebian ? "linux-headers-" : "kernels/") + kernel;
        Dictionary<string, string> headerFiles = new()
        {
            [headers + "/Makefile"] = "VERSION = " + kernel.Split('.')[0] + "\n",
            ["/usr/lib/modules/" + kernel + "/build/Makefile"] = "include " + headers + "/Makefile\n",
        };
        if (distribution.IsDebian)
        {
            yield return new GuestPackage("gcc", "4:11.2.0-1ubuntu1") { Programs = ["/usr/bin/gcc"] };
            yield return new GuestPackage("g++", "4:11.2.0-1ubuntu1") { Programs = ["/usr/bin/g++"], Depends = ["gcc"] };
            yield return new GuestPackage("make", "4.3-4.1build1") { Programs = ["/usr/bin/make"] };
            yield return new GuestPackage("build-essential", "12.9ubuntu3") { Depends = ["gcc", "g++", "make"] };
            yield return new GuestPackage("linux-headers-" + kernel, "5.15.0-119.129") { Files = headerFiles };
            yield return new GuestPackage("dkms", "2.8.7-2ubuntu2") { Depends = ["gcc", "make"], Programs = ["/usr/sbin/dkms"] };
            yield return new GuestPackage("pkg-config", "0.29.2-1ubuntu3") { Programs = ["/usr/bin/pkg-config"] };
            yield return new GuestPackage("libglvnd-dev", "1.4.0-1");
        }
        else
        {
            string suffix = distribution.PackageManager == "yum" ? ".el7" : ".el8";
            yield return new GuestPackage("gcc", "8.5.0-22" + suffix) { Programs = ["/usr/bin/gcc"] };
            yield return new GuestPackage("gcc-c++", "8.5.0-22" + suffix) { Programs = ["/usr/bin/g++"], Depends = ["gcc"] };
            yield return new GuestPackage("make", "4.2.1-11" + suffix) { Programs = ["/usr/bin/make"] };
            yield return new GuestPackage("kernel-devel-" + kernel, kernel) { Files = headerFiles };
            yield return new GuestPackage("kernel-headers-" + kernel, kernel);
            yield return new GuestPackage("elfutils-libelf-devel", "0.190-2" + suffix);
            yield return new GuestPackage("libglvnd-devel", "1.3.4-2" + suffix);
            yield return new GuestPackage("dkms", "3.0.13-1" + suffix) { Depends = ["gcc", "make"], Programs = ["/usr/sbin/dkms"] };
            yield return new GuestPackage("pkgconf-pkg-config", "1.4.2-1" + suffix) { Programs = ["/usr/bin/pkg-config"] };
        }

        yield return new GuestPackage("wget", "1.21.2") { Programs = ["/usr/bin/wget"] };
        yield return new GuestPackage("python3", "3.10.6") { Programs = ["/usr/bin/python3"] };
    }
}
