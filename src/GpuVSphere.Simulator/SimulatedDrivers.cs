using System;
using System.Collections.Generic;
using GpuVSphere.Simulator.Model.Software;

namespace GpuVSphere.Simulator;

/// <summary>
/// NVIDIA's packages for ESXi, as far as scenarios and tests need them: file names, versions and base builds of facts/catalog/vgpu-bundles.csv and
/// of the guide. The names of the VIBs within components are those of the samples where one is attested.
/// </summary>
public static class SimulatedDrivers
{
    private static readonly Dictionary<string, Func<byte[]>> s_files = new(StringComparer.Ordinal)
    {
        // vGPU 6.0, the guide's own.
        ["NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516.vib"] = () => SimulatedPackage.Vib(Driver67("390.42-1OEM.670.0.0.7535516")),
        ["NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516-offline_bundle.zip"] = () => SimulatedPackage.OfflineBundle(Driver67("390.42-1OEM.670.0.0.7535516")),
        ["NVIDIA-VMware_ESXi_6.5_Host_Driver_390.42-1OEM.650.0.0.4598673.vib"] = () => SimulatedPackage.Vib(Driver("NVIDIA-VMware_ESXi_6.5_Host_Driver", "390.42-1OEM.650.0.0.4598673", "6.5.0", "6.7.0")),

        // vGPU 9.1, the first with ECC that has a package of that name for 6.7.
        ["NVIDIA-VMware_ESXi_6.7_Host_Driver-430.46-1OEM.670.0.0.8169922.x86_64.vib"] = () => SimulatedPackage.Vib(Driver67("430.46-1OEM.670.0.0.8169922")),
        ["NVD-VGPU-702_535.54.06-1OEM.702.0.0.17630552_21957025.zip"] = () => Bundle(false, "702", "535.54.06-1OEM.702.0.0.17630552"),
        ["NVD-VGPU-702_550.144.02-1OEM.702.0.0.17630552_24487797.zip"] = () => Bundle(false, "702", "550.144.02-1OEM.702.0.0.17630552"),
        ["NVD-AIE-800_525.105.14-1OEM.800.1.0.20613240_21506612.zip"] = () => Bundle(true, "800", "525.105.14-1OEM.800.1.0.20613240"),
        ["NVD-VGPU-800_550.144.02-1OEM.800.1.0.20613240_24487818.zip"] = () => Bundle(false, "800", "550.144.02-1OEM.800.1.0.20613240"),
        ["NVD-VGPU-800_550.163.02-1OEM.800.1.0.20613240_24697707.zip"] = () => Bundle(false, "800", "550.163.02-1OEM.800.1.0.20613240"),
        // No file of AI Enterprise for these versions is in the catalogue; the names are made as the others are.
        ["NVD-AIE-800_550.163.02-1OEM.800.1.0.20613240_24697707.zip"] = () => Bundle(true, "800", "550.163.02-1OEM.800.1.0.20613240"),
        ["NVD-VGPU-900_570.158.02-1OEM.900.0.24580437_24793474.zip"] = () => Bundle(false, "900", "570.158.02-1OEM.900.0.24580437"),
        ["nvd-gpu-mgmt-daemon_550.144.02-0.0.0000_24479025.zip"] = () => Daemon("550.144.02-0.0.0000"),
        ["nvd-gpu-mgmt-daemon_570.133.10-0.0.0000_24654206.zip"] = () => Daemon("570.133.10-0.0.0000"),
    };

    /// <summary>The names of the files there are.</summary>
    public static IReadOnlyCollection<string> FileNames => s_files.Keys;

    /// <summary>One of the files.</summary>
    /// <param name="fileName">One of <see cref="FileNames"/>.</param>
    /// <returns>Its content, the same every time.</returns>
    /// <exception cref="ArgumentException">There is no file of that name.</exception>
    public static byte[] File(string fileName) =>
        s_files.TryGetValue(fileName, out Func<byte[]>? make) ? make() : throw new ArgumentException("There is no simulated package '" + fileName + "'.", nameof(fileName));

    private static SimulatedVib Driver67(string version) => Driver("NVIDIA-VMware_ESXi_6.7_Host_Driver", version, "6.7.0", "7.0.0");

    private static SimulatedVib Driver(string name, string version, string from, string below, string vendor = "NVIDIA") => new()
    {
        Name = name,
        Version = version,
        Vendor = vendor,
        Depends = ["esx-version >= " + from, "esx-version << " + below],
        Files = ["usr/lib/vmware/vmkmod/nvidia", "usr/bin/nvidia-smi", "etc/init.d/nvidia-init"],
        Summary = name.IndexOf("AIE", StringComparison.Ordinal) >= 0 ? "NVIDIA AI Enterprise vGPU driver for VMWare ESX-" + from : "NVIDIA vGPU driver for VMware ESX-" + from,
    };

    /// <summary>The one VIB of a component, as a host lists it when it came with the component.</summary>
    internal static VibPackage Component(bool isAiEnterprise, string release, string version)
    {
        SimulatedVib vib = Driver(isAiEnterprise, release, version);
        return Package(vib) with { Component = new SoftwareComponent(Name(isAiEnterprise, release), version, vib.Summary, version.Split('-')[0], vib.Vendor) };
    }

    internal static VibPackage Package67(string version) => Package(Driver67(version));

    private static VibPackage Package(SimulatedVib vib) => VibReader.Read(SimulatedPackage.Vib(vib));

    private static string Name(bool isAiEnterprise, string release) => (isAiEnterprise ? "NVD-AIE-" : "NVD-VGPU-") + release;

    private static byte[] Bundle(bool isAiEnterprise, string release, string version)
    {
        SimulatedVib vib = Driver(isAiEnterprise, release, version);
        return SimulatedPackage.Component(Name(isAiEnterprise, release), version, vib.Summary, vib);
    }

    /// <summary>The driver of a release: up to 7.0 the VIB is NVIDIA's by name, from 8.0 on NVD's.</summary>
    private static SimulatedVib Driver(bool isAiEnterprise, string release, string version)
    {
        string flavour = isAiEnterprise ? "AIE" : "VMware";
        return release switch
        {
            "702" => Driver("NVIDIA-" + flavour + "_ESXi_7.0.2_Driver", version, "7.0.2", "8.0.0"),
            "800" => Driver("NVD-" + flavour + "_ESXi_8.0.0_Driver", version, "8.0.0", "9.0.0", "NVD"),
            _ => Driver("NVD-" + flavour + "_ESXi_9.0.0_Driver", version, "9.0.0", "10.0.0", "NVD"),
        };
    }

    private static byte[] Daemon(string version) => SimulatedPackage.Component("nvd-gpu-mgmt-daemon", version, "NVIDIA GPU monitoring and management daemon", new SimulatedVib
    {
        Name = "nvdgpumgmtdaemon",
        Version = version,
        Vendor = "NVD",
        Summary = "NVIDIA GPU monitoring and management daemon",
        Depends = ["esx-version >= 7.0.2"],
        Files = ["etc/init.d/nvdGpuMgmtDaemon", "usr/bin/nvdGpuMgmtDaemon"],
    });
}
